package selfbalance

import "testing"

// openOwn opens n connections of the member's own programs, as open does for a
// client's.
func (m *testMember) openOwn(n int) {
	for i := range n {
		for _, s := range []Segment{SYN, ACK} {
			m.route(&Packet{Flow: flowOfClient(5000 + i), Segment: s, Own: true})
		}
	}
}

// askOwn sends one segment on each of these connections.
func (m *testMember) askOwn(n int) {
	for i := range n {
		m.route(&Packet{Flow: flowOfClient(5000 + i), Segment: ACK, Own: true})
	}
}

// TestOwnConnections: the owner schedules the connections of its own programs
// like those of clients; any other member serves its own itself. A connection
// outlives the role of its owner.
func TestOwnConnections(t *testing.T) {
	const n = 300
	for _, r := range []Recovery{RecoverNothing, RecoverBySync, RecoverByRebuild, RecoverBySecondChance} {
		t.Run(r.String(), func(t *testing.T) {
			g := newGroup(t, 3, recovery(r))
			a, b, c := g.named("a"), g.named("b"), g.named("c")
			if !a.machine.Balances(web) || b.machine.Balances(web) || a.machine.Balances(Service{web.VIP, 81}) {
				t.Error("want only the owner to balance what it connects to, and only known services")
			}
			a.openOwn(n)
			for _, m := range g.members {
				if len(m.live) < n/5 || len(m.live) > n/2 {
					t.Errorf("got %s, want about a third each", g.spread())
				}
			}
			before := g.spread()
			a.step(Role{Owner: false})
			b.step(Role{Owner: true})
			a.askOwn(n)
			if g.resets() != 0 || g.spread() != before {
				t.Errorf("after the role has moved: got %d resets and %s, want none and %s", g.resets(), g.spread(), before)
			}
			if r != RecoverBySecondChance && c.machine.table.Len() != 0 {
				t.Errorf("c: got %d entries, want none", c.machine.table.Len())
			}
		})
	}
}

// TestOwnOfOthers: a member that is not the owner serves its own connections
// itself, and its table learns nothing from them.
func TestOwnOfOthers(t *testing.T) {
	g := newGroup(t, 3, nil)
	b := g.named("b")
	b.openOwn(30)
	if len(b.live) != 30 || b.machine.table.Len() != 0 {
		t.Errorf("got %s and %d entries, want all at b and none", g.spread(), b.machine.table.Len())
	}
}

// TestOwnWhileBlind: a new connection of an own program is known to be new, so
// that it need not wait while the owner learns the others. Segments of older
// ones wait: their members have not answered yet.
func TestOwnWhileBlind(t *testing.T) {
	g := newGroup(t, 2, nil)
	a, b := g.named("a"), g.named("b")
	a.step(Role{Owner: false})
	b.step(Role{Owner: true})
	if !b.machine.rebuild.blind() {
		t.Fatal("b is not blind")
	}
	route := func(s Segment, port int) Decision {
		return b.machine.Route(g.now, &Packet{Flow: flowOfClient(port), Segment: s, Own: true})
	}
	if d := route(SYN, 7000); !d.Assigned {
		t.Errorf("new connection: got %+v, want a member", d)
	}
	if d := route(ACK, 7001); d.Verdict != Hold {
		t.Errorf("older connection: got %+v, want it held", d)
	}
}

// TestOwnSync: a former owner that goes on with its own connections sends no
// messages about them.
func TestOwnSync(t *testing.T) {
	g := newGroup(t, 2, recovery(RecoverBySync))
	a, b := g.named("a"), g.named("b")
	a.openOwn(10)
	g.run(5 * second)
	sent := a.machine.counters.SyncsSent
	a.step(Role{Owner: false})
	b.step(Role{Owner: true})
	for range 100 {
		a.askOwn(10)
	}
	g.run(5 * second)
	if got := a.machine.counters.SyncsSent; got != sent {
		t.Errorf("got %d more messages, want none", got-sent)
	}
}
