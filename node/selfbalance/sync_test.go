package selfbalance

import (
	"fmt"
	"testing"
	"time"
)

// syncs takes the sync messages that a member has sent, and delivers them to
// another.
func syncs(from, to *testMember) (connections []string) {
	rest := from.notes[:0]
	for _, a := range from.notes {
		s, is := a.(SendSync)
		if !is {
			rest = append(rest, a)
			continue
		}
		for _, c := range s.Message.Connections {
			connections = append(connections, fmt.Sprintf("%d %s", c.Client.Port(), State(c.State)))
		}
		to.step(&HeardSync{Message: s.Message})
	}
	from.notes = rest
	return connections
}

// TestSyncThresholds: packets 3, 53, 103, … of a connection send a message, and
// each change to a state that is not established (spec/failover.md §5.5).
func TestSyncThresholds(t *testing.T) {
	g := newGroup(t, 2, recovery(RecoverBySync))
	a, b := g.named("a"), g.named("b")
	want := func(what string, connections ...string) {
		t.Helper()
		g.run(2100 * ms)
		if got := syncs(a, b); fmt.Sprint(got) != fmt.Sprint(connections) {
			t.Errorf("%s: got %v, want %v", what, got, connections)
		}
	}
	f := flowOfClient(5000)
	segment := func(s Segment) { a.route(&Packet{Flow: f, Segment: s}) }
	segment(SYN)
	segment(ACK)
	want("packets 1 and 2")
	segment(ACK)
	want("packet 3", "5000 ESTABLISHED")
	for range 49 {
		segment(ACK)
	}
	want("packets 4 to 52")
	segment(ACK)
	want("packet 53", "5000 ESTABLISHED")
	segment(FIN)
	want("the end", "5000 FIN_WAIT")
	segment(ACK)
	want("a packet in the same state")
	segment(RST)
	want("a reset", "5000 CLOSE")
}

// TestSyncLosesTheYoung: after a takeover the backup knows the connections that
// had three segments, once the message that collects them was sent, at most 2 s
// later.
func TestSyncLosesTheYoung(t *testing.T) {
	for _, c := range []struct {
		segments int
		wait     time.Duration // from the last segment to the crash
		kept     bool
	}{
		{2, 5 * second, false},
		{3, 1900 * ms, false},
		{3, 2100 * ms, true},
		{49, 2100 * ms, true},
	} {
		g := newGroup(t, 3, recovery(RecoverBySync))
		a, b := g.named("a"), g.named("b")
		for i := range 30 {
			a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
			for range c.segments - 1 {
				a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: ACK})
			}
		}
		g.run(c.wait)
		syncs(a, b)
		ofA, ofC := len(a.live), len(g.named("c").live)
		a.die()
		b.step(Role{Owner: true})
		b.ask(30)
		lost := ofC
		if c.kept {
			lost = 0
		}
		unsynced := ofA // of a, which b only knows from a's messages: dropped until a is missed
		if c.kept {
			unsynced = 0
		}
		if got := g.resets(); got != lost+unsynced {
			t.Errorf("%d segments, crash after %v: got %d resets, want %d", c.segments, c.wait, got, lost+unsynced)
		}
	}
}

// TestSyncIsNotTrusted: nothing authenticates these messages, so they name no
// new service, and an owner ignores them.
func TestSyncIsNotTrusted(t *testing.T) {
	g := newGroup(t, 2, recovery(RecoverBySync))
	a, b := g.named("a"), g.named("b")
	a.open(3)
	a.ask(3)
	g.run(2100 * ms)
	var forged []Action
	for _, n := range a.notes {
		if s, is := n.(SendSync); is {
			forged = append(forged, s)
		}
	}
	if len(forged) == 0 {
		t.Fatal("a has sent nothing")
	}
	services := len(b.machine.order)
	for _, f := range forged {
		s := f.(SendSync).Message
		for i := range s.Connections {
			c := &s.Connections[i]
			c.Virtual = flowOfClient(5000).Source() // no service
		}
		b.step(&HeardSync{Message: s})
		a.step(&HeardSync{Message: s})
	}
	if got := b.machine.table.Len(); got != 0 || len(b.machine.order) != services {
		t.Errorf("b: got %d entries and %d services, want 0 and %d", got, len(b.machine.order), services)
	}
	if got := a.machine.table.Len(); got != 3 {
		t.Errorf("a: got %d entries, want its own 3", got)
	}
}
