package selfbalance

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// team is a list of destinations for tests: members 192.0.2.1, .2 … with slots
// that are not in the order of the addresses.
func team(weights ...uint16) *Destinations {
	d := &Destinations{Counts: new([MembersMax]Count), Version: 1}
	for i, weight := range weights {
		slot := Slot(len(weights) - 1 - i)
		d.Order = append(d.Order, slot)
		d.IDs[slot], d.Weights[slot] = 0xc0000201+uint32(i), weight
	}
	return d
}

// name returns the last byte of a member's address.
func (d *Destinations) name(slot Slot) int { return int(d.IDs[slot] & 0xff) }

// flowOf returns one of many flows of one service.
func flowOf(i int) Flow {
	return Flow{
		Client: [4]byte{10, byte(i >> 20), byte(i >> 12), byte(i >> 4)}, ClientPort: uint16(5000 + i&15),
		VIP: [4]byte{192, 0, 2, 100}, Port: 80,
	}
}

// choices schedules n connections of different clients and counts none. It
// returns the names of the members, "-" for none.
func choices(s Scheduler, d *Destinations, n int) string {
	var names []string
	for i := range n {
		name := "-"
		if slot, ok := s.Schedule(flowOf(i), d); ok {
			name = fmt.Sprint(d.name(slot))
		}
		names = append(names, name)
	}
	return strings.Join(names, " ")
}

// TestNoDestination asks for members when none may be chosen.
func TestNoDestination(t *testing.T) {
	for a := range Algorithm(len(algorithmNames)) {
		for _, d := range []*Destinations{team(), team(0), team(0, 0, 0)} {
			if got := choices(NewScheduler(a), d, 3); got != "- - -" {
				t.Errorf("%v, weights %v: got %s, want none", a, d.Weights[:len(d.Order)], got)
			}
		}
	}
}

// TestTurns follows the algorithms that take turns.
func TestTurns(t *testing.T) {
	for _, c := range []struct {
		algorithm Algorithm
		weights   []uint16
		want      string
	}{
		{RoundRobin, []uint16{5}, "1 1 1"},
		{RoundRobin, []uint16{1, 2, 3}, "1 2 3 1 2 3 1"},
		{RoundRobin, []uint16{0, 7, 0, 1}, "2 4 2 4"},
		{WeightedRoundRobin, []uint16{1}, "1 1 1"},
		{WeightedRoundRobin, []uint16{4, 3, 2}, "1 1 2 1 2 3 1 2 3 1 1 2"},
		{WeightedRoundRobin, []uint16{40, 30, 20}, "1 1 2 1 2 3 1 2 3 1 1 2"},
		{WeightedRoundRobin, []uint16{0, 2, 0, 1}, "2 2 4 2 2 4"},
	} {
		d := team(c.weights...)
		n := len(strings.Fields(c.want))
		if got := choices(NewScheduler(c.algorithm), d, n); got != c.want {
			t.Errorf("%v, weights %v: got %s, want %s", c.algorithm, c.weights, got, c.want)
		}
	}
}

// TestRoundRobinKeepsItsPlace lets members come and go between two choices.
func TestRoundRobinKeepsItsPlace(t *testing.T) {
	d, s := team(1, 1, 1, 1), NewScheduler(RoundRobin)
	if got := choices(s, d, 2); got != "1 2" {
		t.Fatalf("got %s, want 1 2", got)
	}
	all := slices.Clone(d.Order)
	d.Order, d.Version = slices.Delete(slices.Clone(all), 1, 2), 2 // the one chosen last leaves
	if got := choices(s, d, 1); got != "3" {
		t.Errorf("the last one left: got %s, want 3", got)
	}
	d.Order, d.Version = all, 3 // and returns before the place
	if got := choices(s, d, 3); got != "4 1 2" {
		t.Errorf("one returned: got %s, want 4 1 2", got)
	}
	d.Weights[d.Order[2]], d.Version = 0, 4
	if got := choices(s, d, 2); got != "4 1" {
		t.Errorf("a weight became 0: got %s, want 4 1", got)
	}
}

// TestWeightedRoundRobinUpdate changes weights in the middle of a cycle: the
// walk begins anew at the bound that it had.
func TestWeightedRoundRobinUpdate(t *testing.T) {
	d, s := team(4, 3, 2), NewScheduler(WeightedRoundRobin)
	if got := choices(s, d, 5); got != "1 1 2 1 2" { // the bound is 2
		t.Fatalf("got %s, want 1 1 2 1 2", got)
	}
	d.Version++
	if got := choices(s, d, 4); got != "1 2 3 1" {
		t.Errorf("version 2: got %s, want 1 2 3 1", got)
	}
	d.Weights[d.Order[0]], d.Weights[d.Order[1]], d.Weights[d.Order[2]] = 0, 0, 0
	d.Version++
	if got := choices(s, d, 2); got != "- -" {
		t.Errorf("all weights 0: got %s, want none", got)
	}
	d.Weights[d.Order[2]] = 9
	d.Version++
	if got := choices(s, d, 2); got != "3 3" {
		t.Errorf("one weight: got %s, want 3 3", got)
	}
}

// TestLeastConnections compares overheads for weights.
func TestLeastConnections(t *testing.T) {
	for _, c := range []struct {
		about   string
		weights []uint16
		counts  []Count
		want    int
	}{
		{"the first of equal ones", []uint16{1, 1, 1}, []Count{{2, 0}, {1, 3}, {1, 3}}, 2},
		{"twice the weight carries twice as many", []uint16{1, 2}, []Count{{1, 0}, {2, 0}}, 1},
		{"and no more", []uint16{1, 2}, []Count{{1, 0}, {1, 255}}, 2},
		{"256 inactive ones are one active", []uint16{1, 1}, []Count{{1, 0}, {0, 256}}, 1},
		{"255 are less", []uint16{1, 1}, []Count{{1, 0}, {0, 255}}, 2},
		{"weight 0 is never chosen", []uint16{0, 1}, []Count{{0, 0}, {1000, 1000}}, 2},
		{"large counts", []uint16{65535, 65534}, []Count{{1 << 30, 1 << 30}, {1 << 30, 1 << 30}}, 1},
	} {
		d := team(c.weights...)
		for i, slot := range d.Order {
			d.Counts[slot] = c.counts[i]
		}
		slot, ok := NewScheduler(WeightedLeastConnections).Schedule(flowOf(1), d)
		if !ok || d.name(slot) != c.want {
			t.Errorf("%s: got %d, %t, want %d", c.about, d.name(slot), ok, c.want)
		}
	}
}

// TestSpread schedules 10,000 connections, each counted as active: every member
// gets its part of them by weight, within 1 % of it.
func TestSpread(t *testing.T) {
	const n = 10_000
	equal := func(*Destinations, Slot) float64 { return 1 }
	weight := func(d *Destinations, slot Slot) float64 { return float64(d.Weights[slot]) }
	for _, c := range []struct {
		algorithm Algorithm
		claim     func(*Destinations, Slot) float64
	}{{RoundRobin, equal}, {WeightedRoundRobin, weight}, {WeightedLeastConnections, weight}} {
		for _, weights := range [][]uint16{{1, 1, 1}, {1, 2, 3, 4}, {100, 50, 25, 13, 12}, {100, 97, 3}} {
			d := team(weights...)
			s, sum := NewScheduler(c.algorithm), 0.0
			for _, slot := range d.Order {
				sum += c.claim(d, slot)
			}
			for i := range n {
				slot, ok := s.Schedule(flowOf(i), d)
				if !ok {
					t.Fatalf("%v, weights %v: none for connection %d", c.algorithm, weights, i)
				}
				d.Counts[slot].Active++
			}
			for _, slot := range d.Order {
				got, want := float64(d.Counts[slot].Active), n*c.claim(d, slot)/sum
				if got < want*0.99 || got > want*1.01 {
					t.Errorf("%v, weights %v, member %d: got %v connections, want %.0f ± 1 %%",
						c.algorithm, weights, d.name(slot), got, want)
				}
			}
		}
	}
}
