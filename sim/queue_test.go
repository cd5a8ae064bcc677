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
