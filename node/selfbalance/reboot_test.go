package selfbalance

import (
	"testing"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// reboot replaces a member by one of its address that has just booted, and has
// no connections.
func (m *testMember) reboot() *testMember {
	m.die()
	c := m.machine.cfg
	c.Boot++
	return m.group.join(m.name+"'", c.Address.As4()[3], func(to *Config) { *to = c })
}

// at counts the entries of a member in another one's table.
func (m *testMember) at(other *testMember) (entries int) {
	slot, _ := m.machine.Slot(other.address)
	for e := range m.machine.table.All() {
		if e.Slot() == slot {
			entries++
		}
	}
	return entries
}

// TestRebootBeforeLost: a member reboots before its reports are missed. Its
// boot number says that none of its connections is left, so that it gets its
// share of new ones.
func TestRebootBeforeLost(t *testing.T) {
	for _, r := range []Recovery{RecoverByRebuild, RecoverNothing, RecoverBySync} {
		g := newGroup(t, 3, recovery(r))
		a, b := g.named("a"), g.named("b")
		a.open(30)
		a.ask(30)
		g.run(2500 * ms)
		syncs(a, b)
		if got := b.at(g.named("c")); r == RecoverBySync && got != 10 {
			t.Fatalf("%v: b has %d entries of c, want 10", r, got)
		}
		a.notes = nil
		c := g.named("c").reboot()
		g.run(10 * lan) // and its answer has come
		if got := a.at(c) + b.at(c); got != 0 {
			t.Errorf("%v: after the reboot: got %d entries of c, want none", r, got)
		}
		checkCounts(t, a.machine)
		for i := range 30 {
			a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
		}
		if len(c.live) < 16 || len(c.live) > 17 {
			t.Errorf("%v: got %s, want a third of 20 + 30 at c'", r, g.spread())
		}
		a.ask(30)
		if got := g.resets(); got != 10 {
			t.Errorf("%v: got %d resets, want those of c, 10", r, got)
		}
		if _, lost := note[MemberChanged](a); lost {
			t.Errorf("%v: c has counted as lost", r)
		}
	}
}

// TestRebootBeforeItsReport: connections that the new machine has accepted
// before the owner knows of the reboot stay: those that are being opened, and
// under rebuild all, because the owner asks.
func TestRebootBeforeItsReport(t *testing.T) {
	for _, r := range []Recovery{RecoverByRebuild, RecoverNothing} {
		g := newGroup(t, 3, recovery(r))
		a := g.named("a")
		a.open(30)
		g.lose = func(from, _ *testMember, _ balance.Message) bool { return from.name == "c'" }
		c := g.named("c").reboot()
		g.run(100 * ms)
		const want = 10
		for i := range 30 {
			a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
			if r == RecoverByRebuild {
				a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: ACK})
			}
		}
		if len(c.live) != want {
			t.Fatalf("%v: before its report: got %d connections at c, want %d", r, len(c.live), want)
		}
		g.lose = nil
		g.run(second)
		if got := a.at(c); got != want {
			t.Errorf("%v: got %d entries of c, want %d", r, got, want)
		}
		for i := range 30 {
			a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: ACK})
		}
		if g.resets() != 0 {
			t.Errorf("%v: got %d resets, want none", r, g.resets())
		}
	}
}

// TestRebootBeforeSync: what the owner was about to say of a member's
// connections is not said once it has rebooted.
func TestRebootBeforeSync(t *testing.T) {
	g := newGroup(t, 3, recovery(RecoverBySync))
	a, b := g.named("a"), g.named("b")
	a.open(30)
	a.ask(30)
	g.run(second)
	c := g.named("c").reboot()
	g.run(2 * second)
	if got := len(syncs(a, b)); got != 20 || b.at(c) != 0 {
		t.Errorf("got %d connections in messages and %d entries of c, want 20 and none", got, b.at(c))
	}
}
