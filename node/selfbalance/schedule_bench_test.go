package selfbalance

import (
	"fmt"
	"slices"
	"testing"
)

// crowd returns n members that have connections. One has most of the weight:
// wrr then walks past all others for nearly every choice.
func crowd(n int) *Destinations {
	weights := slices.Repeat([]uint16{1}, n)
	weights[0] = 100
	d := team(weights...)
	for i, slot := range d.Order {
		d.Counts[slot] = Count{Active: int32(i * 31 % 17), Inactive: int32(i)}
	}
	return d
}

// TestScheduleDoesNotAllocate covers the path of each SYN.
func TestScheduleDoesNotAllocate(t *testing.T) {
	d := crowd(MembersMax)
	for a := range Algorithm(len(algorithmNames)) {
		s := NewScheduler(a)
		s.Schedule(flowOf(0), d) // the first fills the table
		if n := testing.AllocsPerRun(100, func() { s.Schedule(flowOf(1), d) }); n != 0 {
			t.Errorf("%v: got %v allocations per connection, want none", a, n)
		}
	}
	if n := testing.AllocsPerRun(100, func() { Rendezvous(flowOf(1), d) }); n != 0 {
		t.Errorf("rendezvous: got %v allocations per flow, want none", n)
	}
}

// BenchmarkSchedule is incident F36: what a SYN costs, by the number of
// members. Every choice is counted, as the table does.
func BenchmarkSchedule(b *testing.B) {
	for a := range Algorithm(len(algorithmNames)) {
		for _, n := range []int{2, 4, 8, 16, 32, 64} {
			b.Run(fmt.Sprintf("%v/%d", a, n), func(b *testing.B) {
				b.ReportAllocs()
				d, s, f := crowd(n), NewScheduler(a), flowOf(1)
				s.Schedule(f, d)
				for b.Loop() {
					f.ClientPort++
					slot, _ := s.Schedule(f, d)
					d.Counts[slot].Active++
				}
			})
		}
	}
}

// BenchmarkRendezvous is the cost of a segment under second-chance.
func BenchmarkRendezvous(b *testing.B) {
	for _, n := range []int{3, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			d, f := crowd(n), flowOf(1)
			for b.Loop() {
				f.ClientPort++
				Rendezvous(f, d)
			}
		})
	}
}

// BenchmarkMaglevUpdate is the cost of a change of weights under sh.
func BenchmarkMaglevUpdate(b *testing.B) {
	for _, n := range []int{3, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d, m := crowd(n), new(maglev)
			for b.Loop() {
				m.update(d)
			}
		})
	}
}
