package selfbalance

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// TestRebuildDoubts: a takeover that comes before the reports of the owner
// count as lost waits for it while the question is repeated, not longer. If it
// lives after all, it is heard within that time. Others are waited for to the
// end.
func TestRebuildDoubts(t *testing.T) {
	for _, c := range []struct {
		name   string
		mute   string // whose messages are lost
		heals  time.Duration
		dies   bool
		took   time.Duration
		silent int
		resets int
	}{
		{name: "the owner has died", mute: "", dies: true, took: 150 * ms, silent: 1, resets: 100},
		{name: "the owner lives", mute: "a", heals: 60 * ms, took: 100*ms + 2*lan},
		{name: "another member is not heard", mute: "c", dies: true, took: 500 * ms, silent: 2, resets: 200},
	} {
		g := newGroup(t, 3, nil)
		a, b := g.named("a"), g.named("b")
		a.open(300)
		g.lose = func(from, _ *testMember, _ balance.Message) bool { return from.name == c.mute }
		if c.dies {
			a.die()
		}
		g.run(2 * second)
		b.step(Role{Owner: true})
		b.ask(300)
		if c.heals > 0 {
			g.after(c.heals, func() { g.lose = nil })
		}
		g.run(c.took - ms)
		if len(b.held) == 0 || g.resets() != 0 {
			t.Errorf("%s: 1 ms before the end: got %d held and %d resets, want the unknown ones held", c.name, len(b.held), g.resets())
		}
		g.run(2 * ms)
		end, ok := note[RecoveryEnded](b)
		if !ok || end.Silent != c.silent || end.Took != c.took || len(b.held) != 0 || g.resets() != c.resets {
			t.Errorf("%s: got %+v, %d held and %d resets; want %d silent after %v and %d resets", c.name, end, len(b.held), g.resets(), c.silent, c.took, c.resets)
		}
	}
}

// TestRebuildSurvivesLoss: every third message is lost, and no connection is.
func TestRebuildSurvivesLoss(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b := g.named("a"), g.named("b")
	a.open(3000)
	ofA := len(a.live)
	a.die()
	g.run(4 * second)
	n := 0
	g.lose = func(*testMember, *testMember, balance.Message) bool { n++; return n%3 == 0 }
	b.step(Role{Owner: true})
	g.run(500 * ms)
	end, _ := note[RecoveryEnded](b)
	if end.Silent != 0 || end.Took > 300*ms {
		t.Errorf("end: got %+v, want all answers within 300 ms", end)
	}
	b.ask(3000)
	if got := g.resets(); got != ofA {
		t.Errorf("resets: got %d, want those of a, %d", got, ofA)
	}
}
