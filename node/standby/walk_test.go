package standby

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/node/wire"
)

// watch makes a network check these invariants after every step:
//
//   - the virtual IP is held if and only if the member is Active: claims and
//     releases balance;
//   - a Tick leaves no timer due, so that the shell's loop makes progress;
//   - in Initial only the end of a boot delay may be due, and in a state that
//     sends hellos the virtual IP is known.
func (n *network) watch(t interface{ Fatalf(string, ...any) }) {
	n.check = func(m *member, ev Event) {
		if m.holdsVIP != (m.State() == Active) {
			t.Fatalf("%s %s: %s, holds the VIP: %t", n.now, m.name, m.State(), m.holdsVIP)
		}
		if _, ticked := ev.(Tick); ticked && m.Deadline() <= n.now {
			t.Fatalf("%s %s: after a tick the deadline is %s", n.now, m.name, m.Deadline())
		}
		if m.State() == Initial && m.Deadline() != m.startDue {
			t.Fatalf("%s %s: Initial, but a timer runs", n.now, m.name)
		}
		if m.State() >= Listen && !m.vip.IsValid() {
			t.Fatalf("%s %s: %s without a virtual IP", n.now, m.name, m.State())
		}
	}
}

// TestRandomWalk applies random events to two to four members, then heals
// everything and expects the group to settle: exactly one Active and one
// Standby, on which all members agree. The corrected profiles must always
// settle.
func TestRandomWalk(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		profile := rapid.SampledFrom([]Profile{DataPower, IOS}).Draw(t, "profile")
		var configs []Config
		for i := range rapid.IntRange(2, 4).Draw(t, "members") {
			cfg := configured(profile, i, rapid.Uint8Range(90, 110).Draw(t, "priority"))
			cfg.Preempt = rapid.Bool().Draw(t, "preempt")
			cfg.ReannounceOnWin = rapid.Bool().Draw(t, "reannounce")
			cfg.SpeakBeforeStepDown = rapid.Bool().Draw(t, "speak")
			cfg.ResignOn = rapid.SampledFrom([]ResignOn{ResignOnCoup, ResignOnHello, ResignOnBoth, ResignNever}).Draw(t, "resign")
			cfg.ActiveDelay = rapid.SampledFrom([]time.Duration{0, 500 * ms}).Draw(t, "delay")
			cfg.Advertise = rapid.Bool().Draw(t, "advertise")
			cfg.LinkDelay = rapid.SampledFrom([]time.Duration{0, 15 * time.Second}).Draw(t, "link")
			cfg.PreemptDelay = rapid.SampledFrom([]time.Duration{0, 20 * time.Second}).Draw(t, "preempt delay")
			cfg.AnnounceEvery = rapid.SampledFrom([]time.Duration{0, 7 * time.Second}).Draw(t, "every")
			cfg.BootDelay = rapid.SampledFrom([]time.Duration{0, 10 * time.Second}).Draw(t, "boot")
			configs = append(configs, cfg)
		}
		n := newNetwork(configs...).withJitter(rapid.Uint64().Draw(t, "seed"), 0.1)
		n.watch(t)
		for range rapid.IntRange(5, 30).Draw(t, "steps") {
			n.suffer(t)
			n.run(n.now + time.Duration(rapid.IntRange(0, 15000).Draw(t, "ms"))*ms)
		}
		clear(n.cut)
		for i, m := range n.members {
			switch {
			case !m.up:
				n.start(i, n.now)
			case m.State() == Initial:
				n.event(i, n.now, Start{})
			}
		}
		n.run(n.now + 150*time.Second)
		n.wantSettled(t)
	})
}

// suffer applies one random event.
func (n *network) suffer(t *rapid.T) {
	i := rapid.IntRange(0, len(n.members)-1).Draw(t, "who")
	other := rapid.IntRange(0, len(n.members)-1).Draw(t, "whom")
	m := n.members[i]
	switch rapid.SampledFrom([]string{"start", "crash", "stop", "yield", "cut", "join", "set", "freeze", "thaw"}).Draw(t, "what") {
	case "start":
		if !m.up {
			n.start(i, n.now)
		}
	case "crash":
		n.crash(i, n.now)
	case "stop":
		n.event(i, n.now, Stop{})
	case "yield":
		n.event(i, n.now, Yield{})
	case "cut":
		n.cut[[2]int{i, other}] = true
	case "join":
		n.cut[[2]int{i, other}] = false
	case "set":
		cfg := m.cfg
		cfg.Priority = rapid.Uint8Range(90, 110).Draw(t, "to")
		cfg.Preempt = rapid.Bool().Draw(t, "preempt")
		n.event(i, n.now, Reconfigure{cfg})
	case "freeze":
		m.up = false
	case "thaw":
		m.up = true
	}
}

// wantSettled checks a group that was undisturbed and lost no messages.
func (n *network) wantSettled(t *rapid.T) {
	count := map[State]int{}
	var leader netip.Addr
	for _, m := range n.members {
		count[m.State()]++
		if m.State() == Active {
			leader = m.cfg.Address
		}
	}
	if count[Active] != 1 || count[Standby] != 1 || count[Listen] != len(n.members)-2 {
		t.Fatalf("got %v, want one Active, one Standby, the others in Listen\n%v", count, n.log)
	}
	for _, m := range n.members {
		if got := m.Status().GroupLeader; got != leader {
			t.Fatalf("%s takes %s for the leader, want %s", m.name, got, leader)
		}
	}
}

// TestRandomMessages throws any message at one member of any configuration: no
// message makes it break an invariant, and everything it sends can be
// marshalled.
func TestRandomMessages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg := configured(rapid.SampledFrom([]Profile{DataPower, IOS, RFC2281}).Draw(t, "profile"), 0, 100)
		cfg.Preempt = rapid.Bool().Draw(t, "preempt")
		if rapid.Bool().Draw(t, "learns") {
			cfg.VirtualIP, cfg.LearnTimes = netip.Addr{}, true
		}
		n := newNetwork(cfg)
		n.watch(t)
		n.spy = func(_ *member, message wire.Message) {
			if _, err := message.MarshalBinary(); err != nil {
				t.Fatalf("cannot be sent: %+v: %v", message, err)
			}
		}
		n.start(0, 0)
		for range rapid.IntRange(1, 100).Draw(t, "messages") {
			n.run(n.now + time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms"))*ms)
			before := n.members[0].Machine
			message := anyMessage(t, cfg)
			n.step(n.members[0], Received{From: netip.AddrFrom4([4]byte{192, 0, 2, rapid.Byte().Draw(t, "from")}), Message: message})
			if message.Auth != cfg.Auth {
				after := n.members[0].Machine
				after.counters = before.counters
				if after != before {
					t.Fatalf("a message with a wrong string changed the machine:\n%+v\n%+v", before, after)
				}
			}
		}
	})
}

func anyMessage(t *rapid.T, cfg Config) wire.Message {
	auth := cfg.Auth
	if rapid.IntRange(0, 9).Draw(t, "auth") == 0 {
		auth[7] ^= 1
	}
	return wire.Message{
		Opcode:    wire.Opcode(rapid.IntRange(0, 3).Draw(t, "opcode")),
		State:     wire.State(rapid.SampledFrom([]uint8{0, 1, 2, 4, 8, 8, 16, 16}).Draw(t, "state")),
		Hello:     time.Duration(rapid.Byte().Draw(t, "hello")) * time.Second,
		Hold:      time.Duration(rapid.Byte().Draw(t, "hold")) * time.Second,
		Priority:  rapid.Byte().Draw(t, "priority"),
		Group:     cfg.Group,
		Auth:      auth,
		VirtualIP: netip.AddrFrom4([4]byte{192, 0, 2, rapid.SampledFrom([]byte{100, 101}).Draw(t, "vip")}),
	}
}

// TestWalkCanFail: watch notices a machine that keeps the address. A test that
// cannot fail proves nothing.
func TestWalkCanFail(t *testing.T) {
	n := settled(t, group(DataPower, 200, 100))
	var noticed failures
	n.watch(&noticed)
	n.members[0].holdsVIP = false
	n.run(64 * time.Second)
	if len(noticed) == 0 {
		t.Error("an Active without its address went unnoticed")
	}
}

type failures []string

func (f *failures) Fatalf(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }
