package selfbalance

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// overheard starts a group whose owner, a, is dead, and b has missed the
// reports of a third member for so long that it counts as lost; only now b
// could hear it again.
func overheard(t *testing.T, members int, lost string) (g *group, a, b, c *testMember) {
	g = newGroup(t, members, nil)
	a, b, c = g.named("a"), g.named("b"), g.named(lost)
	a.open(100 * members)
	g.lose = func(from, to *testMember, _ balance.Message) bool { return from == c && to == b }
	a.die()
	g.run(4 * second)
	g.run(c.machine.reportAt - g.now + 10*ms) // it has just sent one
	if slot, _ := b.machine.Slot(c.address); !b.machine.lost(slot) || c.machine.lost(c.machine.slots[b.address]) {
		t.Fatalf("%s does not count as lost, or b does", lost)
	}
	g.lose = nil
	b.notes = nil
	return g, a, b, c
}

// TestLostMemberAnswers: a new owner asks the members too that it counts as
// lost. One that lives answers and loses no connection.
func TestLostMemberAnswers(t *testing.T) {
	for _, lost := range []string{"c", "d"} { // its answer comes first, or last
		g, a, b, c := overheard(t, 4, lost)
		b.step(Role{Owner: true})
		b.ask(400)
		if g.resets() != 0 {
			t.Errorf("%s at once: got %d resets, want none", lost, g.resets())
		}
		g.run(10 * ms)
		if got := g.resets(); got != len(a.live) {
			t.Errorf("%s: got %d resets, want those of a, %d", lost, got, len(a.live))
		}
		if changed, _ := note[MemberChanged](b); changed != (MemberChanged{c.address, true}) {
			t.Errorf("got %+v, want %s heard again", changed, lost)
		}
		end, _ := note[RecoveryEnded](b)
		if end.Reason != AfterTakeover || end.Silent != 0 || end.Flows != 200 || end.Took > 4*lan {
			t.Errorf("%s: end: got %+v, want the connections of two members within %v", lost, end, 4*lan)
		}
		for i := range 30 { // what it can serve by now, it has not said yet
			b.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
		}
		if len(c.live) != 100 {
			t.Errorf("%s got %d new connections before its report", lost, len(c.live)-100)
		}
		g.run(second)
		if slot, _ := b.machine.Slot(c.address); b.machine.services[web].members.Weights[slot] != 100 {
			t.Errorf("%s has no weight after its report", lost)
		}
	}
}

// TestOnlyLostMemberAnswers: nobody else can be asked, so that the rebuild is
// over at once. It begins again with the answer.
func TestOnlyLostMemberAnswers(t *testing.T) {
	g, a, b, _ := overheard(t, 3, "c")
	b.step(Role{Owner: true})
	if end, _ := note[RecoveryEnded](b); end.Took != 0 {
		t.Errorf("end: got %+v, want it at once", end)
	}
	g.run(4 * lan)
	b.ask(300)
	g.run(10 * ms)
	if got := g.resets(); got != len(a.live) {
		t.Errorf("got %d resets, want those of a, %d", got, len(a.live))
	}
	if end, _ := note[RecoveryEnded](b); end.Reason != AfterHeal || end.Flows != 100 {
		t.Errorf("end: got %+v, want the connections of c", end)
	}
}

// TestLostMemberIsAskedAgain: the first question is lost on its way to the
// member that counts as lost, and another one's answer, so that all are asked
// once more.
func TestLostMemberIsAskedAgain(t *testing.T) {
	g, a, b, c := overheard(t, 4, "c")
	d, until := g.named("d"), g.now+40*ms
	g.lose = func(from, to *testMember, _ balance.Message) bool { return g.now < until && (to == c || from == d) }
	b.step(Role{Owner: true})
	b.ask(400)
	g.run(200 * ms)
	if got := g.resets(); got != len(a.live) {
		t.Errorf("got %d resets, want those of a, %d", got, len(a.live))
	}
}

// TestDeadMembersCostNoTime: who does not answer because it is dead is not
// waited for, but for as long again as the others take.
func TestDeadMembersCostNoTime(t *testing.T) {
	for _, c := range []struct {
		members int
		most    time.Duration
	}{{2, 0}, {4, 4 * lan}} {
		g := newGroup(t, c.members, nil)
		a, b := g.named("a"), g.named("b")
		a.open(100)
		a.die()
		g.run(4 * second)
		b.step(Role{Owner: true})
		g.run(second)
		if end, ok := note[RecoveryEnded](b); !ok || end.Took > c.most {
			t.Errorf("%d members: got %+v, want an end within %v", c.members, end, c.most)
		}
	}
}

// TestOneAnswer: a member answers a question once, although it comes to it and
// to the group, and again as long as another member is silent.
func TestOneAnswer(t *testing.T) {
	g := newGroup(t, 4, nil)
	a, b, c, d := g.named("a"), g.named("b"), g.named("c"), g.named("d")
	a.open(100)
	a.die()
	g.run(4 * second)
	requests, before := 0, c.machine.counters.FlowsSent
	g.lose = func(from, to *testMember, m balance.Message) bool {
		if _, request := m.(*balance.Request); request && to == c {
			requests++
		}
		_, flows := m.(*balance.Flows)
		return flows && from == d
	}
	b.step(Role{Owner: true})
	g.run(second)
	if end, _ := note[RecoveryEnded](b); end.Took != 500*ms || requests != 11 {
		t.Errorf("took %v with %d requests to c, want 500ms with 1 + 10", end.Took, requests)
	}
	if got := c.machine.counters.FlowsSent - before; got != 1 {
		t.Errorf("c has answered with %d messages, want 1", got)
	}
}
