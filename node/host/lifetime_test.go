package host_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// learned returns when the client's entry for the virtual IP changed, and to
// which MAC; an empty one is its end.
func learned(l *lab) (at []time.Duration, macs []string) {
	when, all := hosttest.Bodies[event.NeighbourChanged](l.Lab, "h1")
	for i, b := range all {
		if b.IP == vip.String() {
			at, macs = append(at, when[i]), append(macs, b.MAC)
		}
	}
	return at, macs
}

// TestFixedLife: an entry ends exactly when its life is over, whether its owner
// is alive and used or has crashed, and nobody is asked before. Then the
// address is resolved by the next packet. The client tries every half second.
func TestFixedLife(t *testing.T) {
	const life, crash = 20 * time.Second, 5 * time.Second
	for _, crashes := range []bool{false, true} {
		t.Run(fmt.Sprintf("crash %v", crashes), func(t *testing.T) {
			l := newLab(t, 3, func(i int, c *host.Config) {
				if i == 1 {
					c.ARP, c.ARPLife = host.ARPIgnore, life
				}
			})
			client, old, heir := l.Hosts[0], l.Hosts[1], l.Hosts[2]
			tap := l.Tap()
			old.NIC("lan").AddVIP(vip, host.MAC{})
			l.connectRepeatedly(client)
			owner := old
			if crashes {
				owner = heir
				l.At(crash, func() {
					old.Crash(false)
					heir.NIC("lan").AddVIP(vip, host.MAC{})
					l.announce(t, heir, wire.ARPReply, heir.NIC("lan").MAC())
				})
			}
			l.Run(life + 10*time.Second)
			at, macs := learned(l)
			want := []string{old.NIC("lan").MAC().String(), "", owner.NIC("lan").MAC().String()}
			if fmt.Sprint(macs) != fmt.Sprint(want) {
				t.Fatalf("entry: got %q at %v, want %q", macs, at, want)
			}
			within(t, "its life", at[1]-at[0], life, life)
			within(t, "from its end to the next", at[2]-at[1], 0, 510*time.Millisecond)
			asked := tap.SentBy("h1", time.Second, arpOf(wire.ARPRequestOp))
			if len(asked) != 1 || asked[0].At < life {
				t.Errorf("the client asked %d times after the first second, want once, after %v", len(asked), life)
			}
		})
	}
}

// TestARPBeginsLifeAgain: a gratuitous ARP that the policy honours and a
// request to the machine begin the life of an entry again; one that the policy
// ignores does not, and a request to somebody else does it only in Linux.
func TestARPBeginsLifeAgain(t *testing.T) {
	const life, again = 20 * time.Second, 10 * time.Second
	request := func(target string) func(*lab, *host.Host) {
		return func(l *lab, h *host.Host) {
			frame, err := wire.AppendARP(nil, wire.ARP{
				Source: h.NIC("lan").MAC(), Destination: wire.Broadcast, Op: wire.ARPRequestOp,
				SenderMAC: h.NIC("lan").MAC(), SenderIP: vip, TargetIP: netip.MustParseAddr(target),
			})
			if err != nil {
				t.Fatal(err)
			}
			hosttest.Inject(h.NIC("lan"), frame)
		}
	}
	gratuitous := func(form wire.ARPForm) func(*lab, *host.Host) {
		return func(l *lab, h *host.Host) { l.announce(t, h, form, h.NIC("lan").MAC()) }
	}
	for _, c := range []struct {
		policy host.ARPPolicy
		what   string
		send   func(*lab, *host.Host)
		longer bool
	}{
		{host.ARPLinux, "reply", gratuitous(wire.ARPReply), true},
		{host.ARPLinux, "request", gratuitous(wire.ARPRequest), true},
		{host.ARPReplyOnly, "reply", gratuitous(wire.ARPReply), true},
		{host.ARPReplyOnly, "request", gratuitous(wire.ARPRequest), false},
		{host.ARPIgnore, "reply", gratuitous(wire.ARPReply), false},
		{host.ARPIgnore, "question to it", request("10.0.0.1"), true},
		{host.ARPIgnore, "question to another", request("10.0.0.3"), false},
		{host.ARPLinux, "question to another", request("10.0.0.3"), true},
		{host.ARPNetstack, "reply", gratuitous(wire.ARPReply), false},
		{host.ARPNetstack, "question to it", request("10.0.0.1"), true},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.policy, c.what), func(t *testing.T) {
			l := newLab(t, 3, func(i int, cfg *host.Config) {
				if cfg.ARP = c.policy; i == 1 {
					cfg.ARPLife = life
				}
			})
			old := l.Hosts[1]
			old.NIC("lan").AddVIP(vip, host.MAC{})
			l.connectRepeatedly(l.Hosts[0])
			l.At(again, func() { c.send(l, old) })
			l.Run(2 * life)
			at, macs := learned(l)
			if len(macs) < 2 || macs[1] != "" {
				t.Fatalf("entry: got %q at %v, want it to end", macs, at)
			}
			want := at[0] + life
			if c.longer {
				want = again + hosttest.Latency + life
			}
			within(t, "its end", at[1], want, want)
		})
	}
}

// TestPermanentNeighbour: no ARP changes a permanent entry, nobody is asked,
// and it survives a loss of carrier and a reboot.
func TestPermanentNeighbour(t *testing.T) {
	for _, policy := range []host.ARPPolicy{host.ARPLinux, host.ARPReplyOnly, host.ARPIgnore, host.ARPNetstack} {
		t.Run(string(policy), func(t *testing.T) {
			l := newLab(t, 2, nil)
			old, heir := l.Hosts[0], l.Hosts[1]
			mac := old.NIC("lan").MAC()
			client := l.Add("c1", "10.0.0.9/16", func(c *host.Config) { c.ARP = policy })
			client.Crash(false)
			client.NIC("lan").SetNeighbour(vip, mac)
			client.PowerOn()
			tap := l.Tap()
			l.connectRepeatedly(client)
			for i, step := range []func(){
				func() { old.NIC("lan").AddVIP(vip, host.MAC{}) },
				func() { old.NIC("lan").RemoveVIP(vip, true); heir.NIC("lan").AddVIP(vip, host.MAC{}) },
				func() { l.announce(t, heir, wire.ARPReply, heir.NIC("lan").MAC()) },
				func() { l.announce(t, heir, wire.ARPRequest, heir.NIC("lan").MAC()) },
				func() { client.NIC("lan").Port().Pull() },
				func() { client.NIC("lan").Port().Plug() },
			} {
				l.At(time.Duration(i+1)*time.Second, step)
			}
			l.Run(100 * time.Second)
			if got := host.Neighbours(client.NIC("lan"))[vip]; got != mac {
				t.Errorf("entry: got %v, want %v", got, mac)
			}
			if n := len(tap.SentBy("c1", 0, arpOf(wire.ARPRequestOp))); n != 0 {
				t.Errorf("asked %d times, want never", n)
			}
			for _, f := range tap.SentBy("c1", 0, segment(0x02)) {
				if f.To() != mac {
					t.Fatalf("sent to %v at %v, want %v", f.To(), f.At, mac)
				}
			}
			client.Crash(false)
			client.PowerOn()
			l.Pass(time.Second)
			if got := host.Neighbours(client.NIC("lan"))[vip]; got != mac {
				t.Errorf("entry after a reboot: got %v, want %v", got, mac)
			}
		})
	}
}
