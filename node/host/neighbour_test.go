package host_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// policyLab is a client (h1), the old owner of the virtual IP (h2) and the new
// one (h3).
func policyLab(t *testing.T, policy host.ARPPolicy) (l *lab, client, old, new *host.Host) {
	l = newLab(t, 3, func(_ int, c *host.Config) { c.ARP = policy })
	return l, l.Hosts[0], l.Hosts[1], l.Hosts[2]
}

// connectRepeatedly tries to connect to the virtual IP every half second, like
// a client that does not give up.
func (l *lab) connectRepeatedly(client *host.Host) {
	client.Go("connect", func(p *sim.Proc) {
		for {
			conn, err := client.Dial(netip.AddrPortFrom(vip, 80), 400*time.Millisecond)
			if err == nil {
				conn.Abort()
			}
			p.Sleep(500*time.Millisecond - client.Now()%(500*time.Millisecond))
		}
	})
}

// TestTakeoverByARPPolicy enforces spec/failover.md §9.1: when the client's
// frames go to the new owner of a virtual IP, for each policy and form of
// gratuitous ARP. Method: the client knows the old owner, which crashes
// silently; the new one takes the address and announces it; the client tries
// every half second, and the first frame to the new MAC counts. The stack by
// itself: a reply makes the entry stale, which costs 5 s of delay and three
// probes of 1 s; a request is ignored, so the entry first has to expire, after
// 30 s ± 50 %.
func TestTakeoverByARPPolicy(t *testing.T) {
	const s = time.Second
	atOnce := [2]time.Duration{0, 600 * time.Millisecond}
	probed := [2]time.Duration{8 * s, 9 * s}
	aged := [2]time.Duration{(15 + 8 - 2) * s, (45 + 8 + 1) * s} // it was resolved 2 s before
	for _, c := range []struct {
		policy host.ARPPolicy
		form   wire.ARPForm
		want   [2]time.Duration
	}{
		{host.ARPLinux, wire.ARPReply, atOnce},
		{host.ARPLinux, wire.ARPRequest, atOnce},
		{host.ARPReplyOnly, wire.ARPReply, atOnce},
		{host.ARPReplyOnly, wire.ARPRequest, aged},
		{host.ARPIgnore, wire.ARPReply, aged},
		{host.ARPIgnore, wire.ARPRequest, aged},
		{host.ARPNetstack, wire.ARPReply, probed},
		{host.ARPNetstack, wire.ARPRequest, aged},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.policy, c.form), func(t *testing.T) {
			l, client, old, heir := policyLab(t, c.policy)
			tap := l.Tap()
			old.NIC("lan").AddVIP(vip, host.MAC{})
			l.connectRepeatedly(client)
			const takeover = 2100 * time.Millisecond
			l.At(2*s, func() { old.Crash(false) })
			l.At(takeover, func() {
				heir.NIC("lan").AddVIP(vip, host.MAC{})
				l.announce(t, heir, c.form, heir.NIC("lan").MAC())
			})
			l.Run(90 * s)
			mine := tap.SentBy("h1", takeover, func(s hosttest.Frame) bool {
				_, to, _, ok := tcpOf(s)
				return ok && to.Addr() == vip && s.To() == heir.NIC("lan").MAC()
			})
			if len(mine) == 0 {
				t.Fatal("no frame to the new owner in 88 s")
			}
			within(t, "from the announcement to the first frame to the new owner", mine[0].At-takeover, c.want[0], c.want[1])
			if f := tap.SentBy("h1", takeover, nil); f[0].At < takeover+time.Millisecond {
				t.Errorf("the client sent a frame at %v, in answer to an announcement", f[0].At)
			}
		})
	}
}

// TestGratuitousARPCreatesNothing: a machine that never contacted the virtual
// IP learns nothing from an announcement, and sends an ARP request when it
// needs the address.
func TestGratuitousARPCreatesNothing(t *testing.T) {
	for _, policy := range []host.ARPPolicy{host.ARPLinux, host.ARPReplyOnly, host.ARPIgnore, host.ARPNetstack} {
		t.Run(string(policy), func(t *testing.T) {
			l, client, _, heir := policyLab(t, policy)
			tap := l.Tap()
			heir.NIC("lan").AddVIP(vip, host.MAC{})
			l.announce(t, heir, wire.ARPReply, heir.NIC("lan").MAC())
			l.announce(t, heir, wire.ARPRequest, heir.NIC("lan").MAC())
			l.Run(time.Second)
			for e, b := range event.Of[event.NeighbourChanged](l.Log.Events()) {
				t.Errorf("%s learned %s at %v", e.Node, b.IP, e.At)
			}
			if n := len(tap.SentBy("h1", 0, nil)); n != 0 {
				t.Errorf("the client sent %d frames, want none", n)
			}
			l.connectRepeatedly(client)
			l.Run(2 * time.Second)
			if n := len(tap.SentBy("h1", 0, arpOf(wire.ARPRequestOp))); n != 1 {
				t.Errorf("the client asked %d times for the address, want once", n)
			}
		})
	}
}

// TestAnnouncementResolvesEntry: an entry that is being resolved, or has
// failed, exists: Linux accepts the announcement and sends what waits at once.
// A policy that ignores the form waits for the reply to its own request.
func TestAnnouncementResolvesEntry(t *testing.T) {
	for _, c := range []struct {
		policy host.ARPPolicy
		form   wire.ARPForm
		asks   bool // has to send another request
	}{
		{host.ARPLinux, wire.ARPReply, false},
		{host.ARPLinux, wire.ARPRequest, false},
		{host.ARPReplyOnly, wire.ARPReply, false},
		{host.ARPReplyOnly, wire.ARPRequest, true},
		{host.ARPIgnore, wire.ARPReply, true},
		{host.ARPNetstack, wire.ARPReply, false},
	} {
		t.Run(fmt.Sprintf("%s/%s", c.policy, c.form), func(t *testing.T) {
			l, client, _, heir := policyLab(t, c.policy)
			tap := l.Tap()
			client.Go("client", func(*sim.Proc) { client.Dial(netip.AddrPortFrom(vip, 80), 0) })
			const takeover = 1500 * time.Millisecond // requests at 0, 1 and 2 s
			l.At(takeover, func() {
				heir.NIC("lan").AddVIP(vip, host.MAC{})
				l.announce(t, heir, c.form, heir.NIC("lan").MAC())
			})
			l.Run(10 * time.Second)
			syns := tap.SentBy("h1", 0, segment(0x02))
			if len(syns) == 0 {
				t.Fatal("no SYN was sent")
			}
			want := [2]time.Duration{takeover, takeover + time.Millisecond}
			if c.asks {
				want = [2]time.Duration{2 * time.Second, 2*time.Second + time.Millisecond}
			}
			within(t, "first SYN", syns[0].At, want[0], want[1])
		})
	}
}

// TestFailedEntryIsRevived: after three unanswered requests the entry has
// failed. The old owner comes back with its old MAC: an announcement makes the
// entry usable again without another request.
func TestFailedEntryIsRevived(t *testing.T) {
	l, client, old, _ := policyLab(t, host.ARPLinux)
	tap := l.Tap()
	old.NIC("lan").AddVIP(vip, host.MAC{})
	l.connectRepeatedly(client)
	l.At(2*time.Second, func() { old.NIC("lan").Port().Pull() })
	const back = 62100 * time.Millisecond // it has aged and failed, and an attempt asks anew
	l.At(back, func() {
		old.NIC("lan").Port().Plug()
		l.announce(t, old, wire.ARPReply, old.NIC("lan").MAC())
	})
	l.Run(70 * time.Second)
	syns := tap.SentBy("h1", back, segment(0x02))
	if len(syns) == 0 {
		t.Fatal("no SYN after the announcement")
	}
	within(t, "from the announcement to the next SYN", syns[0].At-back, 0, 500*time.Millisecond)
	if n := len(tap.SentBy("h1", back, func(s hosttest.Frame) bool { return arpOf(wire.ARPRequestOp)(s) && s.To() == host.MAC(wire.Broadcast) })); n != 0 {
		t.Errorf("asked %d times after the announcement, want none", n)
	}
}

// TestAnyARPUpdatesNeighbour: Linux also takes a known neighbour's new MAC from
// a request for a third machine; the other policies look at announcements only.
func TestAnyARPUpdatesNeighbour(t *testing.T) {
	for policy, want := range map[host.ARPPolicy]bool{host.ARPLinux: true, host.ARPReplyOnly: false, host.ARPIgnore: false, host.ARPNetstack: false} {
		l, client, old, heir := policyLab(t, policy)
		old.NIC("lan").AddVIP(vip, host.MAC{})
		l.connectRepeatedly(client)
		l.At(2*time.Second, func() {
			frame, err := wire.AppendARP(nil, wire.ARP{
				Source: heir.NIC("lan").MAC(), Destination: wire.Broadcast, Op: wire.ARPRequestOp,
				SenderMAC: heir.NIC("lan").MAC(), SenderIP: vip, TargetIP: netip.MustParseAddr("10.0.7.7"),
			})
			if err != nil {
				t.Error(err)
			}
			hosttest.Inject(heir.NIC("lan"), frame)
		})
		l.Run(3 * time.Second)
		got := host.Neighbours(client.NIC("lan"))[vip] == heir.NIC("lan").MAC()
		if got != want {
			t.Errorf("%s: learned from the request: got %v, want %v", policy, got, want)
		}
	}
}
