package member_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/node/standby/member"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// TestAnnouncement: a member that becomes Active sends gratuitous ARP in the
// configured forms, at the configured instants to the millisecond, and apart
// from its hellos sends nothing else. It claims the address before it announces
// it, and announces before it says hello (RFC 2281 §5.6).
func TestAnnouncement(t *testing.T) {
	const s = time.Second
	both := []wire.ARPForm{wire.ARPReply, wire.ARPRequest}
	hellos := func(lines ...string) []string { return lines }
	for name, c := range map[string]struct {
		forms     []wire.ARPForm
		times     standby.AnnounceTimes
		secondary []netip.Addr
		want      []string
	}{
		"reply once": {
			both[:1], standby.AnnounceTimes{}, nil,
			hellos("0s garp reply 192.0.2.100", "0s Hello Active 100 192.0.2.11", "1s Hello Active 100 192.0.2.11", "4s Hello Active 100 192.0.2.11", "7s Hello Active 100 192.0.2.11"),
		},
		"request, repeated": {
			both[1:], standby.AnnounceTimes{500 * time.Millisecond, 5 * s}, nil,
			hellos("0s garp request 192.0.2.100", "0s Hello Active 100 192.0.2.11", "500ms garp request 192.0.2.100", "1s Hello Active 100 192.0.2.11",
				"4s Hello Active 100 192.0.2.11", "5s garp request 192.0.2.100", "7s Hello Active 100 192.0.2.11"),
		},
		"both, of two addresses": {
			both, standby.AnnounceTimes{2 * s}, []netip.Addr{second},
			hellos("0s garp reply 192.0.2.100", "0s garp request 192.0.2.100", "0s garp reply 192.0.2.101", "0s garp request 192.0.2.101", "0s Hello Active 100 192.0.2.11",
				"1s Hello Active 100 192.0.2.11",
				"2s garp reply 192.0.2.100", "2s garp request 192.0.2.100", "2s garp reply 192.0.2.101", "2s garp request 192.0.2.101",
				"4s Hello Active 100 192.0.2.11", "7s Hello Active 100 192.0.2.11"),
		},
		"never": {
			nil, standby.AnnounceTimes{2 * s}, nil,
			hellos("0s Hello Active 100 192.0.2.11", "1s Hello Active 100 192.0.2.11", "4s Hello Active 100 192.0.2.11", "7s Hello Active 100 192.0.2.11"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t, 1)
			cfg := config(0, 100)
			cfg.Forms, cfg.Secondary, cfg.Machine.AnnounceTimes = c.forms, c.secondary, c.times
			m := l.start(0, cfg)
			l.Run(28 * s)
			l.want(m, standby.Active)
			l.wantSent("a", 20*s, c.want...)
			l.wantSent("a", 0, append([]string{"12s Hello Speak 100 192.0.2.11", "15s Hello Speak 100 192.0.2.11", "18s Hello Speak 100 192.0.2.11"}, shifted(c.want)...)...)
			for _, f := range l.frames {
				if f.from != l.Hosts[0].NIC("lan").MAC() {
					t.Errorf("at %v: %s has source %v, want the own MAC", f.at, f.text, f.from)
				}
			}
		})
	}
}

// shifted moves lines that count from 20 s to the start of the world.
func shifted(lines []string) []string {
	var all []string
	for _, line := range lines {
		span, text, _ := strings.Cut(line, " ")
		d, err := time.ParseDuration(span)
		if err != nil {
			panic(err)
		}
		all = append(all, (d+20*time.Second).String()+" "+text)
	}
	return all
}

// TestSecondaryAddresses: further virtual IPs come and go with the primary one.
func TestSecondaryAddresses(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(func(c *member.Config) { c.Secondary = []netip.Addr{second} })
	if vips := a.VIPs(); len(vips) != 2 || vips[0] != vip || vips[1] != second {
		t.Errorf("virtual IPs: got %v", vips)
	}
	l.wantLogged("a", 15*time.Second, "Speak to Standby", "Standby to Active, active lost", "gained 192.0.2.100", "gained 192.0.2.101")
	at := l.Loop.Now()
	a.Enable(false)
	l.wantLogged("a", at, "lost 192.0.2.100", "lost 192.0.2.101", "Active to Initial", "sent Resign")
	l.Pass(time.Second)
	l.want(b, standby.Active)
	for _, addr := range []netip.Addr{vip, second} {
		if l.Hosts[0].Holds(addr) || !l.Hosts[1].Holds(addr) {
			t.Errorf("%v: got held by a: %v, b: %v, want b only", addr, l.Hosts[0].Holds(addr), l.Hosts[1].Holds(addr))
		}
	}
}

// TestAdvertise: members that advertise do so from their own MAC addresses, as
// routers do, and nothing else about them changes.
func TestAdvertise(t *testing.T) {
	var plain []frame
	for _, on := range []bool{false, true} {
		l := newLab(t, 2)
		l.pair(func(c *member.Config) { c.Machine.Advertise, c.VirtualMAC = on, true })
		var said []string
		others := slices.DeleteFunc(slices.Clone(l.frames), func(f frame) bool {
			if !strings.HasPrefix(f.text, "Advertise") {
				return false
			}
			said = append(said, fmt.Sprintf("%v %s %s", f.at, f.node, f.text))
			if own := l.Hosts[int(f.node[0]-'a')].NIC("lan").MAC(); f.from != own {
				t.Errorf("at %v %s advertised from %v, want %v", f.at, f.node, f.from, own)
			}
			return true
		})
		if !on {
			plain = others
			if len(said) != 0 {
				t.Errorf("switched off, members advertised %q", said)
			}
			continue
		}
		if !slices.Equal(others, plain) {
			t.Errorf("other frames: got %v, want %v", others, plain)
		}
		want := []string{
			"0s a Advertise Passive 0/1 192.0.2.11", "0s b Advertise Passive 0/1 192.0.2.12",
			"20s a Advertise Active 1/0 192.0.2.11", "20.001s b Advertise Passive 0/1 192.0.2.12",
		}
		if !slices.Equal(said, want) {
			t.Errorf("got %q, want %q", said, want)
		}
	}
}

// TestVirtualMAC enforces RFC 2281 §6.1: the virtual MAC is the source of what
// the Active sends, and of nothing else. The interface accepts frames to it
// only while Active.
func TestVirtualMAC(t *testing.T) {
	l := newLab(t, 2)
	a, b := l.pair(func(c *member.Config) { c.VirtualMAC = true; c.Machine.Preempt = true })
	steps := []func(){
		func() { a.Yield() },
		func() { b.Enable(false); l.Pass(time.Second); b.Enable(true) },
		func() {
			l.Hosts[0].NIC("lan").Port().Pull()
			l.Pass(30 * time.Second)
			l.Hosts[0].NIC("lan").Port().Plug()
		},
	}
	for _, step := range steps {
		step()
		l.Pass(time.Minute)
		for i, m := range []*member.Member{a, b} {
			active := m.Status().State == standby.Active
			if got := l.Hosts[i].NIC("lan").Port().Filter().Accepts([6]byte(virtual)); got != active {
				t.Errorf("%v: takes frames to the virtual MAC: got %v", m.Status().State, got)
			}
		}
	}
	kinds := map[string]int{}
	for _, f := range l.frames {
		words := strings.Fields(f.text)
		fromActive := words[0] == "garp" || words[1] == "Active"
		kinds[words[0]+" "+words[1]]++
		if got := f.from == virtual; got != fromActive {
			t.Errorf("at %v %s sent %q from %v", f.at, f.node, f.text, f.from)
		}
	}
	for _, kind := range []string{"Hello Speak", "Hello Standby", "Hello Active", "Coup Listen", "Resign Speak", "garp reply"} {
		if kinds[kind] == 0 {
			t.Errorf("the test saw no %q, only %v", kind, kinds)
		}
	}
	for _, announced := range event.Of[event.VIPAnnounced](l.Log.Events()) {
		if announced.MAC != virtual.String() {
			t.Errorf("announced %v, want the virtual MAC", announced)
		}
	}
}
