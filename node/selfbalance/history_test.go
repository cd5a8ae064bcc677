package selfbalance

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/node/wire/balance"
)

// course is a group to which things happen, and the client's view of it.
type course struct {
	*group
	t       *rapid.T
	owner   *testMember
	flows   []Flow // all that were opened
	joined  int
	checked map[*testMember]int // resets that were looked at
	loss    float64
	random  *rand.Rand
}

func newCourse(t *rapid.T, tb testing.TB, r Recovery) *course {
	n := rapid.IntRange(3, 5).Draw(t, "members")
	h := &course{group: newGroup(tb, n, recovery(r)), t: t, checked: map[*testMember]int{}}
	h.owner, h.random = h.members[0], rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "losses"), 0))
	h.lose = func(*testMember, *testMember, balance.Message) bool { return h.random.Float64() < h.loss }
	return h
}

// open opens connections at the owner.
func (h *course) open() {
	for range rapid.IntRange(1, 40).Draw(h.t, "connections") {
		f := flowOfClient(10_000 + len(h.flows))
		h.flows = append(h.flows, f)
		h.owner.route(&Packet{Flow: f, Segment: SYN})
		h.owner.route(&Packet{Flow: f, Segment: ACK})
	}
}

// ask sends a segment on each connection that a living member has.
func (h *course) ask() {
	for _, f := range h.flows {
		if h.home(f) != nil {
			h.owner.route(&Packet{Flow: f, Segment: ACK})
		}
	}
}

// home returns the living member that has a connection.
func (h *course) home(f Flow) *testMember {
	for _, m := range h.members {
		if !m.dead && m.live[f] {
			return m
		}
	}
	return nil
}

func (h *course) living() []*testMember {
	return slices.DeleteFunc(slices.Clone(h.members), func(m *testMember) bool { return m.dead })
}

// crash crashes a member. Another owner comes after a while if it was that.
func (h *course) crash() {
	all := h.living()
	if len(all) < 3 {
		return
	}
	m := rapid.SampledFrom(all).Draw(h.t, "crashes")
	m.die()
	if m != h.owner {
		return
	}
	h.run(time.Duration(rapid.IntRange(1, 5000).Draw(h.t, "until the takeover")) * ms)
	h.owner = rapid.SampledFrom(h.living()).Draw(h.t, "takes over")
	h.owner.step(Role{Owner: true})
}

// move moves the role from one living member to another, with two owners for a
// moment.
func (h *course) move() {
	before := h.owner
	h.owner = rapid.SampledFrom(h.living()).Draw(h.t, "becomes the owner")
	if h.owner == before {
		return
	}
	h.owner.step(Role{Owner: true})
	h.run(time.Duration(rapid.IntRange(0, 20).Draw(h.t, "both own")) * ms)
	before.step(Role{Owner: false})
}

// joinOne starts another member.
func (h *course) joinOne() {
	if len(h.members) < 8 {
		h.join(string(rune('p'+h.joined)), byte(40+h.joined), recovery(h.owner.machine.cfg.Recovery))
		h.joined++
		h.run(2 * second) // all are heard
	}
}

// deaf reports whether a living member counts as lost somewhere, because its
// reports were: then it is not asked.
func (h *course) deaf() bool {
	for _, m := range h.living() {
		for _, other := range h.living() {
			if slot, known := m.machine.Slot(other.address); !known || slot != Self && !m.machine.peers[slot].alive {
				return true
			}
		}
	}
	return false
}

// check fails if a connection that a living member has was reset.
func (h *course) check(what string) {
	for _, m := range h.members {
		for _, f := range m.resets[h.checked[m]:] {
			if home := h.home(f); home != nil {
				h.t.Fatalf("%s: %s reset %v, which lives at %s", what, m.name, f, home.name)
			}
		}
		h.checked[m] = len(m.resets)
		if !m.dead {
			checkCounts(h.t, m.machine)
		}
	}
}

// checkCounts fails if the counts of a table differ from its entries.
func checkCounts(t interface{ Fatalf(string, ...any) }, m *Machine) {
	counts := map[int]*[MembersMax]Count{}
	entries := 0
	for e := range m.table.All() {
		if counts[e.Service()] == nil {
			counts[e.Service()] = new([MembersMax]Count)
		}
		counts[e.Service()][e.Slot()].add(e.State(), 1)
		entries++
	}
	if entries != m.table.Len() {
		t.Fatalf("table: %d entries, its length is %d", entries, m.table.Len())
	}
	for i, v := range m.order {
		want := counts[i]
		if want == nil {
			want = new([MembersMax]Count)
		}
		if *v.members.Counts != *want {
			t.Fatalf("%v: counts %v, want %v", v.Service, v.members.Counts[:len(m.peers)], want[:len(m.peers)])
		}
	}
}

// TestHistoriesOfRebuild: whatever happens in which order, no connection of a
// living member is reset, if all members are heard, and answer while segments
// are held.
func TestHistoriesOfRebuild(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newCourse(rt, t, RecoverByRebuild)
		h.loss = rapid.SampledFrom([]float64{0, 0, 0.1, 0.3}).Draw(rt, "loss")
		steps := map[string]func(){
			"open": h.open, "ask": h.ask, "crash": h.crash, "move": h.move, "join": h.joinOne,
			"wait": func() { h.run(time.Duration(rapid.IntRange(1, 4000).Draw(rt, "wait")) * ms) },
		}
		names := []string{"ask", "crash", "join", "move", "open", "wait"}
		h.open()
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			name := rapid.SampledFrom(names).Draw(rt, "step")
			if h.deaf() {
				return
			}
			steps[name]()
			if h.deaf() {
				return
			}
			h.ask()
			h.run(600 * ms)
			if end, ok := note[RecoveryEnded](h.owner); ok && end.Silent > 0 && h.loss > 0 {
				return // not all have answered in time: the promise is void
			}
			h.check(name)
		}
	})
}

// TestHistoriesOfSecondChance: with one change, no connection of a living
// member is reset.
func TestHistoriesOfSecondChance(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newCourse(rt, t, RecoverBySecondChance)
		h.open()
		h.ask()
		h.check("before")
		switch rapid.SampledFrom([]string{"crash", "move", "join"}).Draw(rt, "change") {
		case "crash":
			h.crash()
		case "move":
			h.move()
		case "join":
			h.joinOne()
		}
		for range 5 {
			h.ask()
			h.run(second)
			h.open()
			h.check("after")
		}
	})
}

// TestTakeoverDuringRebuild: the member that asks dies, and the next one asks.
func TestTakeoverDuringRebuild(t *testing.T) {
	g := newGroup(t, 4, nil)
	a, b, c := g.named("a"), g.named("b"), g.named("c")
	a.open(2000)
	ofA, ofB := len(a.live), len(b.live)
	a.die()
	g.run(4 * second)
	b.step(Role{Owner: true})
	g.run(3 * lan) // some answers are on their way
	b.die()
	c.step(Role{Owner: true})
	c.ask(2000)
	g.run(499 * ms)
	if g.resets() != 0 {
		t.Errorf("while the dead member may answer: got %d resets, want none", g.resets())
	}
	g.run(5 * second)
	if got := g.resets(); got != ofA+ofB {
		t.Errorf("resets: got %d, want those of the dead, %d", got, ofA+ofB)
	}
}

// TestRebootDuringRebuild: a member reboots after the first part of its answer.
// Its connections are gone, and nobody waits for the rest of them, nor takes
// messages from before the reboot.
func TestRebootDuringRebuild(t *testing.T) {
	g := newGroup(t, 3, nil)
	a, b, c := g.named("a"), g.named("b"), g.named("c")
	a.open(24_000)
	a.die()
	g.run(4 * second)
	b.step(Role{Owner: true})
	g.run(2 * lan)
	if r := b.machine.rebuild; r == nil || r.answers[b.machine.slots[c.address]].missing == 0 {
		t.Fatal("the whole answer has arrived already")
	}
	late := &balance.Report{Header: balance.Header{Version: 2, Needs: 1, Kind: balance.KindReport, Group: 30, Sender: c.address, Boot: 1, Sequence: 1 << 20}}
	c.die()
	again := g.join("c2", 13, func(c *Config) { c.Boot = 2 })
	g.run(600 * ms)
	if b.machine.rebuild != nil || len(b.held) != 0 {
		t.Errorf("still waiting, with %d held", len(b.held))
	}
	replayed := b.machine.counters.Replayed
	b.step(&Heard{Message: late})
	if b.machine.counters.Replayed != replayed+1 {
		t.Error("took a message from before the reboot")
	}
	b.ask(24_000)
	if len(b.resets) != 16_000 || len(again.resets) != 0 {
		t.Errorf("got %d resets at the owner and %d at the rebooted member, want 16000 and none", len(b.resets), len(again.resets))
	}
	for i := range 30 {
		b.route(&Packet{Flow: flowOfClient(40_000 + i), Segment: SYN})
	}
	if len(again.live) == 0 {
		t.Error("the rebooted member gets no new connections")
	}
}

// TestVersionsSideBySide: members that send and read version 1 and 2 of the
// messages work in one group.
func TestVersionsSideBySide(t *testing.T) {
	g := &group{t: t}
	token := [8]byte{'X', 'A', '3', '5'}
	g.lose = func(from, to *testMember, m balance.Message) bool {
		payload, err := balance.Append(nil, m, token)
		if err != nil {
			t.Fatalf("%s: %v", from.name, err)
		}
		read, err := balance.NewReader(to.machine.cfg.Version, token).Parse(payload)
		if err != nil {
			t.Errorf("%s of version %d cannot read a message of %s: %v", to.name, to.machine.cfg.Version, from.name, err)
			return true
		}
		g.after(lan, func() { to.step(&Heard{Message: read}) })
		return true // it was delivered here
	}
	for i := range 4 {
		g.join(string(rune('a'+i)), byte(11+i), func(c *Config) { c.Version = uint8(1 + i%2) })
	}
	a, b := g.named("a"), g.named("b")
	a.step(Role{Owner: true})
	g.run(2 * second)
	a.open(400)
	for _, m := range g.members {
		if len(m.live) != 100 {
			t.Fatalf("got %s, want 100 each", g.spread())
		}
	}
	a.die()
	g.run(4 * second)
	b.step(Role{Owner: true})
	b.ask(400)
	g.run(second)
	if got := g.resets(); got != 100 {
		t.Errorf("resets: got %d, want those of a, 100", got)
	}
}
