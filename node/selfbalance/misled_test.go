package selfbalance

import (
	"testing"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// tableRecoveries are those with a forwarding table.
var tableRecoveries = []Recovery{RecoverByRebuild, RecoverNothing, RecoverBySync}

// TestMisledSYN: a client sends the segments of new connections to a member
// that is not the owner. The owner serves them, and they go on when the client
// sends its segments there.
func TestMisledSYN(t *testing.T) {
	for _, r := range tableRecoveries {
		g := newGroup(t, 3, recovery(r))
		a, b := g.named("a"), g.named("b")
		b.open(30)
		b.ask(30)
		if len(a.live) != 30 || g.resets() != 0 {
			t.Errorf("%v: got %s and %d resets, want all 30 at the owner", r, g.spread(), g.resets())
		}
		if got := a.at(a) + b.at(a); got != 60 {
			t.Errorf("%v: got %d entries in both tables, want 30 in each", r, got)
		}
		unknown := a.machine.counters.Unknown
		a.ask(30)
		for i := range 30 { // SYNs that were under way twice
			a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
		}
		if got := a.machine.counters.Unknown - unknown; got != 0 || g.resets() != 0 || len(a.live) != 30 {
			t.Errorf("%v: to the owner: got %d unknown segments, %d resets and %s, want none", r, got, g.resets(), g.spread())
		}
		g.run(100 * second) // longer than the timer of a SYN
		b.ask(30)
		if g.resets() != 0 || len(a.live) != 30 {
			t.Errorf("%v: later: got %d resets, want none", r, g.resets())
		}
		for i := range 30 {
			b.route(&Packet{Flow: flowOfClient(5000 + i), Segment: RST})
		}
		if len(a.live) != 0 {
			t.Errorf("%v: the owner still has %d connections after RST", r, len(a.live))
		}
		checkCounts(t, a.machine)
		checkCounts(t, b.machine)
	}
}

// TestMisledSYNOfElsewhere: a SYN that is repeated reaches the wrong member,
// but another one has the connection already: the owner knows, and may not
// forward it once more.
func TestMisledSYNOfElsewhere(t *testing.T) {
	for _, r := range tableRecoveries {
		g := newGroup(t, 3, recovery(r))
		a, b := g.named("a"), g.named("b")
		for i := range 30 {
			a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
		}
		before := g.spread()
		for i := range 30 {
			b.route(&Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
		}
		if g.spread() != before {
			t.Errorf("%v: got %s, want %s", r, g.spread(), before)
		}
	}
}

// TestMisledSYNAfterTakeover: who was the owner sends a SYN that is repeated
// to the member that it had chosen.
func TestMisledSYNAfterTakeover(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b, c := g.named("a"), g.named("b"), g.named("c")
	a.open(30)
	a.step(Role{Owner: false})
	b.step(Role{Owner: true})
	g.run(10 * ms)
	for f := range c.live {
		d := a.machine.Route(g.now, &Packet{Flow: f, Segment: SYN})
		if d.Verdict != Forward || d.Assigned || a.machine.Member(d.To) != c.address {
			t.Errorf("got %+v, want it forwarded to c", d)
		}
	}
}

// TestMisledSYNIsDropped: the owner would have to serve it, and may not, or is
// not known.
func TestMisledSYNIsDropped(t *testing.T) {
	files := LocalService{Service: web, Name: "files", Kind: "ftp", Listening: true, Fixed: "FTP server handler"}
	for _, c := range []struct {
		what   string
		change func(g *group, a, b, c *testMember)
	}{
		{"an owner that is about to leave", func(g *group, a, _, _ *testMember) { a.step(Quiesce{On: true}) }},
		{"no owner", func(g *group, a, _, _ *testMember) { a.step(Role{Owner: false}) }},
		{"two owners", func(g *group, _, _, c *testMember) { c.step(Role{Owner: true}) }},
		{"an owner that is lost", func(g *group, a, _, _ *testMember) { a.die() }},
		{"a service that is not balanced", func(g *group, _, b, _ *testMember) { b.step(Offer{[]LocalService{files}}) }},
	} {
		for _, r := range []Recovery{RecoverByRebuild, RecoverBySecondChance} {
			g := newGroup(t, 3, recovery(r))
			a, b, third := g.named("a"), g.named("b"), g.named("c")
			c.change(g, a, b, third)
			g.run(4 * second)
			forwards := r == RecoverBySecondChance && a.machine.quiesce // to others
			for i := range 30 {
				d := b.machine.Route(g.now, &Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
				if d.Verdict != Drop && !forwards || d.Verdict != Local && b.machine.Member(d.To) == a.address {
					t.Fatalf("%v: %s: got %+v, want it dropped", r, c.what, d)
				}
			}
		}
	}
}

// TestMisledWhileBlind: the owner does not know yet whether another member has
// the connection of a SYN that a member sends it, and holds it.
func TestMisledWhileBlind(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b, c := g.named("a"), g.named("b"), g.named("c")
	a.open(30)
	a.die()
	g.run(4 * second)
	until := g.now + 20*ms
	g.lose = func(_, _ *testMember, m balance.Message) bool {
		_, flows := m.(*balance.Flows)
		return flows && g.now < until
	}
	b.step(Role{Owner: true})
	g.run(lan)
	before := g.spread()
	for f := range c.live {
		b.route(&Packet{Flow: f, Segment: SYN, Hops: 1})
	}
	if len(b.held) != len(c.live) || g.spread() != before {
		t.Errorf("got %d held and %s, want %d and %s", len(b.held), g.spread(), len(c.live), before)
	}
	g.run(100 * ms)
	if len(b.held) != 0 || g.spread() != before {
		t.Errorf("later: got %d held and %s, want none and %s", len(b.held), g.spread(), before)
	}
}

// TestMisledByHash: without a table the member to which the client sends a SYN
// chooses as the owner does, so that the connection goes on when the client
// finds the owner.
func TestMisledByHash(t *testing.T) {
	const n = 300
	g := newGroup(t, 3, recovery(RecoverBySecondChance))
	a, b := g.named("a"), g.named("b")
	b.open(n)
	b.ask(n)
	for _, m := range g.members {
		if len(m.live) < n/5 {
			t.Errorf("got %s, want about a third each", g.spread())
		}
	}
	before := g.spread()
	a.ask(n)
	for i := range n {
		a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: SYN})
	}
	if g.resets() != 0 || g.spread() != before {
		t.Errorf("to the owner: got %d resets and %s, want none and %s", g.resets(), g.spread(), before)
	}
}
