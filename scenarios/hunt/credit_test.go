package hunt

import (
	"math/rand/v2"
	"testing"
	"time"
)

// TestCredit: a way that brings more is picked more often, one that brings
// nothing is tried again now and then, and what was long ago is forgotten.
func TestCredit(t *testing.T) {
	c, r := make(credit, 3), rand.New(rand.NewPCG(1, 2))
	picked := func() (n [3]int) {
		for range 3000 {
			n[c.pick(r)]++
		}
		return n
	}
	// Equal rates: 1,000 each, with a standard deviation of 26.
	if n := picked(); min(n[0], n[1], n[2]) < 850 {
		t.Errorf("at first: got %v, want about as many of each", n)
	}
	for range 100 {
		c.note(0, 10)
		c.note(1, 20)
		c.note(2, 0)
	}
	// The squares of the rates are as 1 to 4 to nearly nothing.
	if n := picked(); n[1] < 3*n[0] || n[0] < 20*n[2] {
		t.Errorf("got %v, want four times as many of the better one", n)
	}
	for range 8 * creditMemory {
		c.note(1, 0)
	}
	if c.rate(1) > c.rate(0)/4 {
		t.Errorf("got the rates %d and %d, want that the past is forgotten", c.rate(0), c.rate(1))
	}
	for range 8 * creditMemory {
		c.note(0, 0)
		c.note(1, 0)
	}
	if n := picked(); n[2] == 0 {
		t.Errorf("got %v, want that each is tried again", n)
	}
}

// TestParents: a parent that brought more is picked more often, one of whose
// schedules nothing came hardly ever, and of too many the weakest goes.
func TestParents(t *testing.T) {
	rich, poor, barren := &parent{brought: 30}, &parent{brought: 10}, &parent{brought: 30, barren: 20}
	r, n := rand.New(rand.NewPCG(1, 2)), map[*parent]int{}
	for range 4000 {
		n[pickParent(r, []*parent{rich, poor, barren})]++
	}
	if n[rich] < 2*n[poor] || n[poor] < 20*n[barren] {
		t.Errorf("got %d of the rich, %d of the poor, %d of the barren one", n[rich], n[poor], n[barren])
	}
	all := []*parent{rich, barren}
	for len(all) < parentsMax {
		all = append(all, &parent{brought: 5})
	}
	if all = retire(all); len(all) != parentsMax {
		t.Errorf("got %d parents, want none retired", len(all))
	}
	if all = retire(append(all, poor)); len(all) != parentsMax || all[1] == barren || all[0] != rich || all[parentsMax-1] != poor {
		t.Errorf("got %d parents, want all but the barren one", len(all))
	}
}

// TestInstantsOfTheParent: changes draw instants near those of the parent's own
// run, and leave those of the space alone.
func TestInstantsOfTheParent(t *testing.T) {
	s := newSpace(parse(t, pair).Topology.WithDefaults(), time.Minute)
	s.near = []time.Duration{10 * time.Second}
	from := &parent{Case: Case{Schedule: lines(t, "1s: pull a.lan for 1s")}, near: []time.Duration{40 * time.Second}}
	r, mine, others := rand.New(rand.NewPCG(1, 2)), 0, 0
	for range 1000 {
		for _, l := range s.mutate(r, change{"renew", (*space).renew}, from, from) {
			if (l.At - 40*time.Second).Abs() <= time.Millisecond {
				mine++
			}
			if (l.At - 10*time.Second).Abs() <= time.Millisecond {
				others++
			}
		}
	}
	// Half of the instants, with a standard deviation of 16.
	if mine < 400 || others > 5 || s.near[0] != 10*time.Second {
		t.Errorf("got %d instants at those of the parent and %d at those of the space", mine, others)
	}
}
