package selfbalance

import (
	"net/netip"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// recovery is a change of the configuration.
func recovery(r Recovery) func(*Config) { return func(c *Config) { c.Recovery = r } }

// TestTakeover: the owner of three members dies, and the second becomes the
// owner. What the owner terminated is lost; of what others terminate, only
// recovery none loses everything that the new owner does not have itself.
func TestTakeover(t *testing.T) {
	const n = 300
	for _, r := range []Recovery{RecoverByRebuild, RecoverBySecondChance, RecoverNothing} {
		t.Run(r.String(), func(t *testing.T) {
			g := newGroup(t, 3, recovery(r))
			a, b, third := g.named("a"), g.named("b"), g.named("c")
			a.open(n)
			if len(a.live)+len(b.live)+len(third.live) != n || g.resets() != 0 {
				t.Fatalf("before: got %s and %d resets", g.spread(), g.resets())
			}
			if r != RecoverBySecondChance && len(b.live) != n/3 {
				t.Fatalf("before: got %s, want a third each", g.spread())
			}
			ofA, ofC := len(a.live), len(third.live)
			a.die()
			g.run(4 * second) // a is lost, before its hold time is over
			b.step(Role{Owner: true})
			b.ask(n)
			g.run(second)
			want := 0
			if r == RecoverNothing {
				want = ofC
			}
			if lost := g.resets() - ofA; lost != want {
				t.Errorf("lost of others: got %d, want %d (%s)", lost, want, g.spread())
			}
			if len(b.held) != 0 {
				t.Errorf("held for ever: %d segments", len(b.held))
			}
		})
	}
}

// TestHeldSegments: while the new owner is blind it holds what it does not
// know, and resets nothing before it has asked in vain for the hold time.
func TestHeldSegments(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b, third := g.named("a"), g.named("b"), g.named("c")
	a.open(90)
	a.die()
	g.run(4 * second)
	g.lose = func(from, _ *testMember, m balance.Message) bool {
		_, flows := m.(*balance.Flows)
		return flows && from == third
	}
	b.step(Role{Owner: true})
	b.ask(90)
	unknown := 90 - len(b.live)
	if got := len(b.held); got != unknown || g.resets() != 0 {
		t.Fatalf("at once: got %d held and %d resets, want %d and 0", got, g.resets(), unknown)
	}
	g.run(499 * ms)
	if g.resets() != 0 {
		t.Fatalf("after 499 ms: got %d resets, want 0", g.resets())
	}
	g.run(2 * ms)
	if got := g.resets(); got != unknown || len(b.held) != 0 {
		t.Errorf("after 501 ms: got %d resets and %d held, want %d and 0", got, len(b.held), unknown)
	}
	end, ok := note[RecoveryEnded](b)
	if !ok || end.Silent != 1 || end.Took != 500*ms || end.Flows != 0 {
		t.Errorf("end: got %+v, want one silent member after 500 ms", end)
	}
}

// TestPreparesBeforePreempting: a member that comes back with a higher priority
// learns the connections before it says that it is ready, and nothing is held
// or reset when it takes the role.
func TestPreparesBeforePreempting(t *testing.T) {
	g := newGroup(t, 2, nil)
	a := g.named("a")
	a.open(100)
	n := g.join("x", 20, func(c *Config) { c.Prepares = true })
	g.run(1500 * ms)
	if !n.ready {
		t.Fatal("not ready after 1.5 s")
	}
	if n.machine.table.Len() != 100 {
		t.Errorf("table: got %d entries, want 100", n.machine.table.Len())
	}
	n.step(Role{Owner: true})
	a.step(Role{Owner: false})
	n.ask(100)
	if g.resets() != 0 || len(n.held) != 0 {
		t.Errorf("got %d resets and %d held, want none", g.resets(), len(n.held))
	}
	a.ask(100) // a client that has not learned the new owner yet
	if g.resets() != 0 {
		t.Errorf("through the old owner: got %d resets, want none", g.resets())
	}
}

// TestHeal: two owners, each with clients of its own side, meet again. The one
// that stays asks the other's members, and no connection is lost.
func TestHeal(t *testing.T) {
	g := newGroup(t, 4, nil)
	a, b, c, d := g.named("a"), g.named("b"), g.named("c"), g.named("d")
	side := map[*testMember]int{a: 0, b: 0, c: 1, d: 1}
	g.lose = func(from, to *testMember, _ balance.Message) bool { return side[from] != side[to] }
	g.run(4 * second)
	c.step(Role{Owner: true})
	g.run(second)
	for i := range 50 {
		for _, s := range []Segment{SYN, ACK} {
			a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: s})
			c.route(&Packet{Flow: flowOfClient(6000 + i), Segment: s})
		}
	}
	if len(a.live)+len(b.live) != 50 || len(c.live)+len(d.live) != 50 {
		t.Fatalf("before: got %s", g.spread())
	}
	g.lose = nil
	c.step(Role{Owner: false})
	g.run(1100 * ms) // a report of each member is heard
	for i := range 50 {
		a.route(&Packet{Flow: flowOfClient(5000 + i), Segment: ACK})
		a.route(&Packet{Flow: flowOfClient(6000 + i), Segment: ACK})
	}
	g.run(second)
	if g.resets() != 0 {
		t.Errorf("resets: got %d, want 0", g.resets())
	}
	if end, ok := note[RecoveryEnded](a); !ok || end.Reason != AfterHeal {
		t.Errorf("end: got %+v, want one after a heal", end)
	}
}

// TestLostMember: reports that are missing for three intervals take a member
// out of the choice, and its connections wait for it.
func TestLostMember(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b := g.named("a"), g.named("b")
	a.open(30)
	b.die()
	g.run(1900 * ms) // its last report was up to one interval before
	if !a.machine.peers[a.machine.slots[b.address]].alive {
		t.Error("lost too early")
	}
	g.run(1200 * ms)
	if a.machine.peers[a.machine.slots[b.address]].alive {
		t.Error("not lost after 3 s")
	}
	for i := range 30 {
		a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
	}
	if len(a.live)+len(g.named("c").live) != 20+30 {
		t.Errorf("new connections: got %s, want all 30 at a and c", g.spread())
	}
	a.ask(30)
	if g.resets() != 0 {
		t.Errorf("resets: got %d, want none: segments to b are dropped", g.resets())
	}
}

// TestLostMemberIsReset: with ResetDead, a lost member's connections are reset,
// and a SYN that it has not answered is for another member.
func TestLostMemberIsReset(t *testing.T) {
	g := newGroup(t, 3, func(c *Config) { c.ResetDead = true })
	a, b, third := g.named("a"), g.named("b"), g.named("c")
	a.open(30)
	b.die()
	for i := range 30 { // b gets ten of them, and answers none
		a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
	}
	g.run(4 * second)
	for i := range 30 {
		a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
	}
	if len(a.live) != 25 || len(third.live) != 25 {
		t.Errorf("new connections: got %s, want all 30 at a and c, half each", g.spread())
	}
	a.ask(30)
	if g.resets() != 10 {
		t.Errorf("resets: got %d, want the 10 of b", g.resets())
	}
}

// TestNoCarrier: without a carrier the own weight is 0, and the shell hears so.
func TestNoCarrier(t *testing.T) {
	g := newGroup(t, 2, nil)
	b := g.named("b")
	b.step(Stop{})
	if got, want := b.notes[len(b.notes)-1], (WeightChanged{web, 0, "link down"}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	b.step(Start{})
	if got, _ := note[WeightChanged](b); got != (WeightChanged{web, 100, "cpu"}) {
		t.Errorf("got %v, want 100 again", got)
	}
}

// TestOfferBeforeReport: a shell that says what it serves when a report is due
// still gets the load of the CPU into that report.
func TestOfferBeforeReport(t *testing.T) {
	c := testConfig()
	c.Address, c.Weight = netip.AddrFrom4([4]byte{192, 0, 2, 11}), 0
	m, offer := New(c), Offer{[]LocalService{{Service: web, Listening: true}}}
	m.Step(0, offer)
	m.Step(0, Start{})
	for now := second; now <= 3*second; now += second {
		if !m.ReportDue(now) {
			t.Fatalf("at %v: no report is due", now)
		}
		m.Step(now, offer)
		m.Step(now, &Tick{Busy: 1})
	}
	if weight := m.Status().Servers[0].Weight; weight != 0 {
		t.Errorf("weight after three seconds without idle CPU: got %d, want 0", weight)
	}
}

// TestQuiesce: a member that is about to leave gets no new connection from the
// moment its report arrives, and keeps those that it has.
func TestQuiesce(t *testing.T) {
	g := newGroup(t, 2, nil)
	a, b := g.named("a"), g.named("b")
	a.open(20)
	b.step(Quiesce{On: true})
	g.run(lan)
	before := len(b.live)
	for i := range 20 {
		a.route(&Packet{Flow: flowOfClient(7000 + i), Segment: SYN})
	}
	if len(b.live) != before {
		t.Errorf("b: got %d new connections, want none", len(b.live)-before)
	}
	a.ask(20)
	if g.resets() != 0 {
		t.Errorf("resets: got %d, want none", g.resets())
	}
	b.step(Quiesce{On: false})
	g.run(lan)
	for i := range 20 {
		a.route(&Packet{Flow: flowOfClient(8000 + i), Segment: SYN})
	}
	if len(b.live) == before {
		t.Error("b gets no connections after it has come back")
	}
}

// TestReplayedMessages: a report that comes again, or from before a reboot,
// changes nothing.
func TestReplayedMessages(t *testing.T) {
	g := newGroup(t, 2, nil)
	a := g.named("a")
	old := &balance.Report{Header: balance.Header{Version: 2, Needs: 1, Kind: balance.KindReport, Group: 30, Sender: g.named("b").address, Boot: 1, Sequence: 1}}
	before := a.machine.Status()
	a.step(&Heard{Message: old})
	if got := a.machine.Status(); len(got.Servers) != len(before.Servers) || got.Servers[1] != before.Servers[1] {
		t.Errorf("status: got %+v, want %+v", got.Servers, before.Servers)
	}
	if got := a.machine.counters.Replayed; got != 1 {
		t.Errorf("replayed: got %d, want 1", got)
	}
	if _, ok := note[Refusal](a); !ok {
		t.Error("nothing was said")
	}
}

// TestNoLoop: two members that both think they are the owner never pass a
// segment round, in any mode and for any origin.
func TestNoLoop(t *testing.T) {
	for _, r := range []Recovery{RecoverNothing, RecoverBySync, RecoverByRebuild, RecoverBySecondChance} {
		g := newGroup(t, 3, recovery(r))
		for _, m := range g.members {
			m.step(Role{Owner: true})
		}
		g.run(time.Second)
		for i := range 300 { // a loop would not end: the stack of calls would overflow
			for _, m := range g.members {
				m.route(&Packet{Flow: flowOfClient(5000 + i), Segment: ACK})
				m.route(&Packet{Flow: flowOfClient(6000 + i), Segment: SYN})
			}
		}
	}
}

// TestUnknownStateInFlows: a connection in a state that only a later version
// knows is left out, and the others are taken.
func TestUnknownStateInFlows(t *testing.T) {
	g := newGroup(t, 2, nil)
	a, b := g.named("a"), g.named("b")
	b.step(Role{Owner: true})
	flows := &balance.Flows{
		Header: balance.Header{Version: 2, Needs: 1, Kind: balance.KindFlows, Group: 30, Sender: a.address, Boot: 1, Sequence: 1000, Epoch: b.machine.epoch},
		To:     b.address, Chunks: 1,
	}
	for i, state := range []State{Established, SynAck + 1, 255} {
		flows.Flows = append(flows.Flows, flowMessage(LiveFlow{flowOfClient(5000 + i), state}))
	}
	b.step(&Heard{Message: flows})
	if got := b.machine.table.Len(); got != 1 {
		t.Errorf("table: got %d entries, want 1", got)
	}
}

// TestPreparesWithoutReports: an owner that does not balance sends no reports,
// and does not keep a member from preempting.
func TestPreparesWithoutReports(t *testing.T) {
	g := &group{t: t}
	m := g.join("a", 11, func(c *Config) { c.Prepares = true })
	g.run(3499 * ms)
	if m.ready {
		t.Error("ready before it could have heard an owner")
	}
	g.run(2 * ms)
	if !m.ready {
		t.Error("not ready although there is nobody to ask")
	}
}

// TestBusyReport: a report says how busy the CPU was, in per cent and, for
// members of version 2, in hundredths.
func TestBusyReport(t *testing.T) {
	c := testConfig()
	c.Address = netip.AddrFrom4([4]byte{192, 0, 2, 11})
	m := New(c)
	m.Step(0, Start{})
	for _, a := range m.Step(second, &Tick{Busy: 0.625}) {
		if s, sends := a.(Send); sends {
			if r, is := s.Message.(*balance.Report); is && r.Busy == 62 && r.BusyExact == 6250 {
				return
			}
			t.Fatalf("got %+v, want 62 %% and 6250 hundredths", s.Message)
		}
	}
	t.Fatal("no report")
}

// TestLostMembersCount: connections whose member is lost are still in the
// table, and are counted with the others.
func TestLostMembersCount(t *testing.T) {
	g := newGroup(t, 3, nil)
	a := g.named("a")
	a.open(30)
	g.run(1100 * ms)
	g.named("b").die()
	g.run(5 * second)
	if got, _ := note[TableChanged](a); got != (TableChanged{30, 30}) {
		t.Errorf("got %+v, want 30 entries, all of them active", got)
	}
}
