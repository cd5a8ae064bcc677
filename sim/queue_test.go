package sim

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestQueueIsASortedSlice compares the heap with the simplest queue: a slice
// sorted by (when, seq). Pushes, pops and removes come in any order, with many
// equal instants.
func TestQueueIsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var heap queue
		var model []*event
		seq := uint64(0)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				ev := &event{when: time.Duration(rapid.IntRange(0, 9).Draw(t, "when")), seq: seq}
				seq++
				heap.push(ev)
				at, _ := slices.BinarySearchFunc(model, ev, order)
				model = slices.Insert(model, at, ev)
			},
			"pop": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip("empty")
				}
				if got := heap.pop(); got != model[0] || got.index != idle {
					t.Fatalf("pop: got %v/%d index %d, want %v/%d", got.when, got.seq, got.index, model[0].when, model[0].seq)
				}
				model = model[1:]
			},
			"remove": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip("empty")
				}
				at := rapid.IntRange(0, len(model)-1).Draw(t, "at")
				ev := model[at]
				heap.remove(ev)
				if ev.index != idle {
					t.Fatalf("index after remove: got %d, want idle", ev.index)
				}
				model = slices.Delete(model, at, at+1)
			},
			"": func(t *rapid.T) {
				if len(heap) != len(model) {
					t.Fatalf("length: got %d, want %d", len(heap), len(model))
				}
				for i, n := range heap {
					if n.ev.index != int32(i) || n.when != n.ev.when || n.seq != n.ev.seq {
						t.Fatalf("place %d: event %v/%d says %d", i, n.when, n.seq, n.ev.index)
					}
					if i > 0 && n.before(heap[(i-1)/4]) {
						t.Fatalf("place %d is before its parent", i)
					}
				}
			},
		})
	})
}

// TestAgendaIsASortedSlice compares the agenda with a sorted slice. Events are
// posted a few spans ahead of an instant that moves with what is popped; only
// those of timers are removed.
func TestAgendaIsASortedSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a agenda
		var model []*event
		seq, now := uint64(0), time.Duration(0)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				span := time.Duration(rapid.IntRange(1, 9).Draw(t, "span"))
				for range rapid.IntRange(1, 20).Draw(t, "times") {
					ev := &event{when: now + span, seq: seq, owned: rapid.Bool().Draw(t, "timer")}
					seq++
					a.push(ev, span)
					at, _ := slices.BinarySearchFunc(model, ev, order)
					model = slices.Insert(model, at, ev)
				}
			},
			"pop": func(t *rapid.T) {
				for range min(len(model), rapid.IntRange(1, 20).Draw(t, "times")) {
					got := a.pop()
					if got != model[0] || got.index != idle {
						t.Fatalf("pop: got %v/%d index %d, want %v/%d", got.when, got.seq, got.index, model[0].when, model[0].seq)
					}
					now, model = got.when, model[1:]
				}
			},
			"remove": func(t *rapid.T) {
				at := slices.IndexFunc(model, func(ev *event) bool { return ev.owned })
				if at < 0 {
					t.Skip("no timer")
				}
				a.remove(model[at])
				model = slices.Delete(model, at, at+1)
			},
			"": func(t *rapid.T) {
				var want *event
				if len(model) > 0 {
					want = model[0]
				}
				if got := a.first().ev; got != want {
					t.Fatalf("first: got %v, want %v", got, want)
				}
			},
		})
	})
}

// TestLanesAreUsedAgain: a lane that never empties does not grow, and one that
// is empty serves another span.
func TestLanesAreUsedAgain(t *testing.T) {
	var a agenda
	push := func(when, span time.Duration) { a.push(&event{when: when, seq: uint64(when)}, span) }
	for i := range time.Duration(10) {
		push(i+100, 100)
	}
	for i := range time.Duration(10_000) {
		push(i+110, 100)
		if got := a.pop().when; got != i+100 {
			t.Fatalf("pop: got %v, want %v", got, i+100)
		}
		push(i+101, i+1000)
		if got := a.pop().when; got != i+101 {
			t.Fatalf("pop: got %v, want %v", got, i+101)
		}
	}
	kept := 0
	for _, l := range a.lanes {
		kept += cap(l.items)
	}
	if len(a.heap) != 0 || kept > 200 {
		t.Errorf("got %d events in the heap and room for %d in lanes, want none and few", len(a.heap), kept)
	}
}

func order(a, b *event) int {
	return cmp.Or(cmp.Compare(a.when, b.when), cmp.Compare(a.seq, b.seq))
}

// TestRingIsFirstInFirstOut: the ring keeps its order, even if it is refilled
// while it is emptied.
func TestRingIsFirstInFirstOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r ring
		var model []*event
		for _, push := range rapid.SliceOf(rapid.Bool()).Draw(t, "pushes") {
			if push {
				ev := &event{}
				r.push(ev)
				model = append(model, ev)
			} else if len(model) > 0 {
				if got := r.pop(); got != model[0] {
					t.Fatal("pop: not the first one")
				}
				model = model[1:]
			}
			if r.empty() != (len(model) == 0) {
				t.Fatalf("empty: got %v with %d left", r.empty(), len(model))
			}
		}
	})
}
