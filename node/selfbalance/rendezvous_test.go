package selfbalance

import (
	"math"
	"slices"
	"testing"
)

func TestRendezvousOfFew(t *testing.T) {
	if _, _, ok := Rendezvous(flowOf(1), team()); ok {
		t.Error("no member: got a first one")
	}
	if first, second, ok := Rendezvous(flowOf(1), team(0)); first != 0 || second != 0 || !ok {
		t.Errorf("one member: got %d, %d, %t, want it twice", first, second, ok)
	}
}

// TestRendezvousSpread counts first and second members: each has an equal part
// whatever its weight, and the two always differ.
func TestRendezvousSpread(t *testing.T) {
	const n = 60_000
	d := team(1, 100, 7)
	var pairs [4][4]int
	for i := range n {
		first, second, _ := Rendezvous(flowOf(i), d)
		pairs[d.name(first)][d.name(second)]++
	}
	for a := 1; a <= 3; a++ {
		if pairs[a][a] != 0 {
			t.Errorf("member %d is first and second of %d flows", a, pairs[a][a])
		}
		for b := 1; b <= 3; b++ {
			if a != b && math.Abs(float64(pairs[a][b]-n/6)) > 0.05*n/6 {
				t.Errorf("members %d, %d: got %d flows, want %d ± 5 %%", a, b, pairs[a][b], n/6)
			}
		}
	}
}

// changes are what one member can do to a team of five.
var changes = map[string]func(*Destinations){
	"leave": func(d *Destinations) { d.Order = slices.Delete(slices.Clone(d.Order), 2, 3) },
	"join": func(d *Destinations) {
		d.IDs[5], d.Weights[5] = 0xc0000263, 1
		d.Order = append(slices.Clone(d.Order), 5)
	},
	"drain":  func(d *Destinations) { d.Weights[d.Order[1]] = 0 },
	"refill": func(d *Destinations) { d.Weights[d.Order[0]] = 5 },
}

// TestRendezvousAfterOneChange removes a member, adds one or changes its weight
// to or from 0: a flow whose first member still works finds it in first or
// second place.
func TestRendezvousAfterOneChange(t *testing.T) {
	for name, change := range changes { // order: each is checked by itself
		before := team(5, 5, 5, 5, 5)
		if name == "refill" {
			before = team(0, 5, 5, 5, 5)
		}
		after := *before
		change(&after)
		moved := 0
		for i := range 5000 {
			was, _, _ := Rendezvous(flowOf(i), before)
			first, second, _ := Rendezvous(flowOf(i), &after)
			if slices.Contains(after.Order, was) && was != first && was != second {
				t.Fatalf("%s, flow %d: was with %d, is with %d and %d", name, i, before.name(was), after.name(first), after.name(second))
			}
			if first != was {
				moved++
			}
			if after.Weights[first] == 0 {
				t.Fatalf("%s, flow %d: the first member has weight 0", name, i)
			}
		}
		if moved < 700 || moved > 1150 {
			t.Errorf("%s: got %d of 5000 flows with another first member, want a fifth or a sixth", name, moved)
		}
	}
}

// TestRendezvousAfterTwoChanges lets two members join, or one drain and one
// join: what is lost are the flows that both changes move.
func TestRendezvousAfterTwoChanges(t *testing.T) {
	const n = 60_000
	for _, c := range []struct {
		about  string
		second func(*Destinations)
		lost   float64 // share of all flows
	}{
		// Of the seven claims to a flow, those of the two that join are the highest.
		{"two join", func(d *Destinations) {
			d.IDs[6], d.Weights[6] = 0xc0000264, 1
			d.Order = append(d.Order, 6)
		}, 2.0 / 7 / 6},
		// The one that joins has the highest claim and the one that drains the next:
		// the second place goes to the one after them.
		{"one drains", changes["drain"], 1.0 / 6 / 5},
	} {
		before := team(5, 5, 5, 5, 5)
		after := *before
		changes["join"](&after)
		c.second(&after)
		lost := 0
		for i := range n {
			was, _, _ := Rendezvous(flowOf(i), before)
			if first, second, _ := Rendezvous(flowOf(i), &after); was != first && was != second {
				lost++
			}
		}
		if got := float64(lost) / n; math.Abs(got-c.lost) > 0.1*c.lost {
			t.Errorf("%s: got %.4f of the flows lost, want %.4f ± 10 %%", c.about, got, c.lost)
		}
	}
}
