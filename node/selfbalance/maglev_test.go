package selfbalance

import (
	"math"
	"math/big"
	"slices"
	"testing"
)

func TestMaglevSizeIsPrime(t *testing.T) {
	if !big.NewInt(maglevSize).ProbablyPrime(10) || maglevSize < 100*MembersMax {
		t.Errorf("got a table of %d, want a prime above %d", maglevSize, 100*MembersMax)
	}
}

// shares counts the entries of the table by member.
func (m *maglev) shares(d *Destinations) map[int]int {
	got := map[int]int{}
	for _, slot := range m.table {
		got[d.name(slot)]++
	}
	return got
}

// TestMaglevWeights looks at the table: members have entries in proportion to
// their weights, within one entry per turn that rounding may cost.
func TestMaglevWeights(t *testing.T) {
	many := make([]uint16, MembersMax)
	for i := range many {
		many[i] = uint16(1 + i%3)
	}
	for _, weights := range [][]uint16{{1}, {1, 1, 1}, {1, 2, 3, 4}, {100, 0, 1}, {100, 97, 3}, many} {
		d, m, sum := team(weights...), new(maglev), 0
		m.update(d)
		for _, weight := range weights {
			sum += int(weight)
		}
		for i, weight := range weights {
			got, want := float64(m.shares(d)[i+1]), maglevSize*float64(weight)/float64(sum)
			if math.Abs(got-want) > 1 {
				t.Errorf("weights %v, member %d: got %v entries, want %.1f ± 1", weights, i+1, got, want)
			}
		}
	}
}

// TestMaglevFlows spreads clients of one address: their ports differ.
func TestMaglevFlows(t *testing.T) {
	const n = 60_000
	d, s := team(1, 2, 3), NewScheduler(SourceHash)
	var got [4]int
	for port := range n {
		slot, _ := s.Schedule(Flow{Client: [4]byte{192, 0, 2, 201}, ClientPort: uint16(port), VIP: [4]byte{192, 0, 2, 100}, Port: 80}, d)
		got[d.name(slot)]++
	}
	for name := 1; name <= 3; name++ {
		if want := n * name / 6; math.Abs(float64(got[name]-want)) > 0.03*float64(want) {
			t.Errorf("member %d: got %d of %d flows, want %d ± 3 %%", name, got[name], n, want)
		}
	}
}

// TestMaglevIsTheSameEverywhere numbers the members differently: a flow still
// goes to the same address.
func TestMaglevIsTheSameEverywhere(t *testing.T) {
	here, there := team(3, 1, 2), team(3, 1, 2)
	slices.Reverse(there.Order)
	for i, slot := range there.Order {
		there.IDs[slot], there.Weights[slot] = 0xc0000201+uint32(i), here.Weights[here.Order[i]]
	}
	if here.Order[0] == there.Order[0] {
		t.Fatal("the members have the same slots")
	}
	if got, want := choices(NewScheduler(SourceHash), there, 1000), choices(NewScheduler(SourceHash), here, 1000); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestMaglevMovesFewFlows removes one member of ten: the flows of the others
// stay where they are, but for a few. A table modulo the number of members
// would move 9 of 10.
func TestMaglevMovesFewFlows(t *testing.T) {
	d := team(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	s := NewScheduler(SourceHash)
	const n = 20_000
	before := make([]Slot, n)
	for i := range before {
		before[i], _ = s.Schedule(flowOf(i), d)
	}
	gone := d.Order[4]
	d.Order, d.Version = slices.Delete(d.Order, 4, 5), 2
	moved := 0
	for i, was := range before {
		is, _ := s.Schedule(flowOf(i), d)
		if is == gone {
			t.Fatalf("flow %d goes to a member that left", i)
		}
		if was != gone && is != was {
			moved++
		}
	}
	if share := float64(moved) / n; share > 0.05 {
		t.Errorf("got %.1f %% of the flows moved between members that stayed, want at most 5 %%", 100*share)
	}
}
