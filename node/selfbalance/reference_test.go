package selfbalance

import (
	"cmp"
	"flag"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// The reference says again what spec/failover.md §5.4 says, the slow way: on a
// list of members without slots, versions or state that is kept up to date.

// realServer is a member as the reference sees it.
type realServer struct {
	address          uint32
	weight           int
	active, inactive int
}

// referenceRoundRobin takes the first member with a weight among those after
// the cursor, then among those up to the cursor.
type referenceRoundRobin struct{ cursor uint32 }

func (r *referenceRoundRobin) choose(list []realServer) (uint32, bool) {
	for _, behind := range []bool{true, false} {
		for _, m := range list {
			if (m.address > r.cursor) == behind && m.weight > 0 {
				r.cursor = m.address
				return m.address, true
			}
		}
	}
	return 0, false
}

// referenceLeastConnections divides. Its numbers are so small that float64
// tells any two different quotients apart.
func referenceLeastConnections(list []realServer) (uint32, bool) {
	list = slices.DeleteFunc(slices.Clone(list), func(m realServer) bool { return m.weight == 0 })
	if len(list) == 0 {
		return 0, false
	}
	return slices.MinFunc(list, func(a, b realServer) int { // of equal ones the first
		return cmp.Compare(float64(256*a.active+a.inactive)/float64(a.weight), float64(256*b.active+b.inactive)/float64(b.weight))
	}).address, true
}

// turn is one choice of a cycle of referenceWeightedRoundRobin.
type turn struct {
	bound   int
	address uint32
}

// referenceWeightedRoundRobin lists all choices of a cycle. After a change it
// lists what is left of it, from the beginning of the walk in which it was. All
// changes between two connections are one.
type referenceWeightedRoundRobin struct {
	changed bool
	bound   int
	turns   []turn
}

func (w *referenceWeightedRoundRobin) change(list []realServer) {
	w.changed, w.turns = false, nil
	bounds := bounds(list)
	for i, bound := range bounds {
		least := w.bound
		if len(bounds) > 1 && bounds[0]-bounds[1] > 1 {
			step := bounds[0] - bounds[1]
			least = least/step*step + 1 // the kernel's; it may be one above the bound
		}
		if w.bound == 0 || w.bound > bounds[0] || bound <= least {
			w.turns = walks(list, bounds[i:])
			return
		}
	}
	w.bound = 0
}

func (w *referenceWeightedRoundRobin) choose(list []realServer) (uint32, bool) {
	if w.changed {
		w.change(list)
	}
	if len(w.turns) == 0 {
		w.turns = walks(list, bounds(list))
	}
	if len(w.turns) == 0 {
		return 0, false
	}
	next := w.turns[0]
	w.turns, w.bound = w.turns[1:], next.bound
	return next.address, true
}

// bounds lists max, max-g, max-2g … above 0.
func bounds(list []realServer) []int {
	most := 0
	for _, m := range list {
		most = max(most, m.weight)
	}
	g := max(most, 1)
	for g > 1 && slices.ContainsFunc(list, func(m realServer) bool { return m.weight%g != 0 }) {
		g--
	}
	var all []int
	for bound := most - (g - 1); bound > 0; bound -= g {
		all = append(all, bound)
	}
	return all
}

// walks lists whom the walks with these bounds choose.
func walks(list []realServer, bounds []int) []turn {
	var all []turn
	for _, bound := range bounds {
		for _, m := range list {
			if m.weight >= bound {
				all = append(all, turn{bound, m.address})
			}
		}
	}
	return all
}

// comparison is a group of members, as the schedulers and as the reference see
// it.
type comparison struct {
	d       *Destinations
	members []realServer // in the order of their slots, whether they are there or not
	there   []bool
	list    []realServer // those that are there, in the order of their addresses
	rr      Scheduler
	wrr     Scheduler
	wlc     Scheduler
	refRR   referenceRoundRobin
	refWRR  referenceWeightedRoundRobin
}

func newComparison(t *rapid.T) *comparison {
	c := &comparison{
		d:  &Destinations{Counts: new([MembersMax]Count)},
		rr: NewScheduler(RoundRobin), wrr: NewScheduler(WeightedRoundRobin), wlc: NewScheduler(WeightedLeastConnections),
	}
	n := rapid.IntRange(1, 7).Draw(t, "members")
	stride := rapid.SampledFrom([]int{1, 3, 5}).Draw(t, "stride") // slots are in another order than addresses
	for slot := range n {
		c.members = append(c.members, realServer{address: uint32(1 + slot*stride%8), weight: 1})
		c.there = append(c.there, true)
	}
	c.changed()
	return c
}

// changed passes a change of the list on to the destinations.
func (c *comparison) changed() {
	c.d.Version++
	c.d.Order = c.d.Order[:0]
	for slot, m := range c.members {
		c.d.IDs[slot], c.d.Weights[slot] = m.address, uint16(m.weight)
		if c.there[slot] {
			c.d.Order = append(c.d.Order, Slot(slot))
		}
	}
	slices.SortFunc(c.d.Order, func(a, b Slot) int { return cmp.Compare(c.d.IDs[a], c.d.IDs[b]) })
	c.counted()
	c.refWRR.changed = true
}

// counted passes a change of counts on.
func (c *comparison) counted() {
	c.list = c.list[:0]
	for _, slot := range c.d.Order {
		m := &c.members[slot]
		c.d.Counts[slot] = Count{int32(m.active), int32(m.inactive)}
		c.list = append(c.list, *m)
	}
}

// connect asks all schedulers for one member, and counts the choice of wlc.
func (c *comparison) connect(t *rapid.T) {
	c.same(t, "rr", c.rr)(c.refRR.choose(c.list))
	c.same(t, "wrr", c.wrr)(c.refWRR.choose(c.list))
	address, ok := referenceLeastConnections(c.list)
	c.same(t, "wlc", c.wlc)(address, ok)
	if ok {
		c.members[slices.IndexFunc(c.members, func(m realServer) bool { return m.address == address })].active++
		c.counted()
	}
}

// same returns a function that compares the choice of a scheduler with that of
// the reference.
func (c *comparison) same(t *rapid.T, name string, s Scheduler) func(uint32, bool) {
	slot, ok := s.Schedule(Flow{}, c.d)
	return func(want uint32, some bool) {
		if ok != some || ok && c.d.IDs[slot] != want {
			t.Fatalf("%s of %+v: got member %d, %t, want %d, %t", name, c.list, c.d.IDs[slot], ok, want, some)
		}
	}
}

// suffer lets one thing happen.
func (c *comparison) suffer(t *rapid.T) {
	slot := rapid.IntRange(0, len(c.members)-1).Draw(t, "who")
	m := &c.members[slot]
	switch rapid.IntRange(0, 7).Draw(t, "what") {
	case 0:
		c.there[slot] = !c.there[slot]
		c.changed()
	case 1, 2:
		m.weight = rapid.SampledFrom([]int{0, 1, 2, 3, 4, 6, 30, 100}).Draw(t, "weight")
		c.changed()
	case 3:
		if m.active > 0 {
			m.active, m.inactive = m.active-1, m.inactive+1
			c.counted()
		}
	case 4:
		m.inactive = 0
		c.counted()
	default:
		for range 1 + slot {
			c.connect(t)
		}
	}
}

// checks makes rapid play n cases unless the command line says how many.
func checks(t *testing.T, n int) {
	const name = "rapid.checks"
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	if set {
		return
	}
	was := flag.Lookup(name).Value.String()
	if err := flag.Set(name, strconv.Itoa(n)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := flag.Set(name, was); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSchedulerHistories compares rr, wrr and wlc with the reference in 10,000
// histories of a group, make fuzz in 1,000,000: members come and go, weights
// change, connections begin, close and are forgotten.
func TestSchedulerHistories(t *testing.T) {
	checks(t, 10_000)
	rapid.Check(t, func(t *rapid.T) {
		c := newComparison(t)
		for range rapid.IntRange(5, 40).Draw(t, "steps") {
			c.suffer(t)
		}
	})
}
