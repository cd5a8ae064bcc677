package b2b

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// dump prints all that a store knows, in the order of both lists.
func dump(s *Store) string {
	text := &strings.Builder{}
	fmt.Fprintln(text, "numbers", s.numbers)
	for t := s.age.first; t != nil; t = t.after {
		fmt.Fprintf(text, "%+v\n", t.alone())
	}
	for t := s.pending.first; t != nil; t = t.next {
		fmt.Fprintln(text, "waits", t.ID)
	}
	return text.String()
}

// TestRedo: whoever repeats the changes of a store, read from a disk, has a
// store that knows the same and goes on in the same way.
func TestRedo(t *testing.T) {
	for seed := range uint64(50) {
		random := rand.New(rand.NewPCG(seed, 2))
		cfg := Config{
			Retransmit: second, Resends: random.IntN(3), Size: random.IntN(8),
			WhenFull: []Policy{RefuseNew, ForgetOld}[random.IntN(2)], Retention: time.Duration(random.IntN(20)) * second,
		}
		s, again, now, changes := NewStore(cfg), NewStore(cfg), time.Duration(0), 0
		s.OnChange = func(c Change) {
			changes++
			var read Change
			if text, err := json.Marshal(c); err != nil || json.Unmarshal(text, &read) != nil {
				t.Fatalf("seed %d: %+v: %v", seed, c, err)
			}
			again.Redo(read)
		}
		for range 300 {
			now += time.Duration(random.IntN(800)) * time.Millisecond
			id := fmt.Sprint(random.IntN(12))
			switch random.IntN(9) {
			case 0:
				if _, known := s.View("s" + id); !known {
					s.Number()
					s.Submit("s"+id, now)
				}
			case 1:
				s.Arrive("r"+id, now)
			case 2:
				s.Receipt([]string{"r", "s"}[random.IntN(2)]+id, random.IntN(4) > 0)
			case 3:
				s.Receipted("r" + id)
			case 4:
				s.Expire(now)
			case 5:
				s.Restart(now)
			case 6:
				s.Copy(Transaction{ID: "s" + id, State: []State{Waiting, Acknowledged, Failed}[random.IntN(3)], Sent: true, Attempts: 1}, now)
			default:
				overdue(s, now)
			}
			if got, want := dump(again), dump(s); got != want {
				t.Fatalf("seed %d, %v: got\n%swant\n%s", seed, now, got, want)
			}
		}
		if changes < 40 {
			t.Errorf("seed %d: got %d changes, want many", seed, changes)
		}
		if got, want := overdue(again, now+time.Hour), overdue(s, now+time.Hour); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("seed %d: what is due: got %q, want %q", seed, got, want)
		}
	}
}

// TestRedoSaysNothing: repeating a change is not a change, so that a disk does
// not grow by being read.
func TestRedoSaysNothing(t *testing.T) {
	s, changes := NewStore(Config{Retransmit: second}), []Change{}
	s.OnChange = func(c Change) { changes = append(changes, c) }
	s.Submit("1", 0)
	s.Receipt("1", true)
	s.forget(s.all["1"])
	if len(changes) != 3 || !changes[2].Forgotten {
		t.Fatalf("got %+v, want three", changes)
	}
	again := NewStore(Config{})
	again.OnChange = func(c Change) { t.Errorf("got %+v, want nothing", c) }
	for _, c := range changes {
		again.Redo(c)
	}
	if again.Len() != 0 || again.Waiting() != 0 {
		t.Errorf("%d transactions, %d waiting, want none", again.Len(), again.Waiting())
	}
}
