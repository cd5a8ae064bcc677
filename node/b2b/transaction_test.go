package b2b

import (
	"fmt"
	"slices"
	"testing"
)

// TestRules walks the tables row by row, and everything that stands in none of
// them: it changes nothing.
//
//	state         event     when              becomes       action
//	-             submit    room              waiting       transmit
//	-             submit    full              -             refuse
//	waiting       due       resends left      waiting       transmit
//	waiting       due       no resends left   failed        give up
//	waiting       positive                    acknowledged  confirm
//	waiting       negative                    failed        give up
//	-, processed  positive                    the same      unknown
//	-, processed  negative                    the same      unknown
//	-             arrive    room              processed     process
//	-             arrive    full              -             refuse
//	processed     arrive                      processed     repeat
func TestRules(t *testing.T) {
	reached := make([]int, len(Rules))
	for _, from := range []State{None, Waiting, Acknowledged, Failed, Processed} {
		for _, e := range []Event{Submit, Due, Positive, Negative, Arrive} {
			for _, met := range []Condition{Room, Full, Left, Out, Always} {
				to, action := Next(from, e, func(c Condition) bool { return c == met })
				i := slices.IndexFunc(Rules, func(r Rule) bool {
					return r.From == from && r.Event == e && (r.When == Always || r.When == met)
				})
				if i < 0 {
					if to != from || action != Ignore {
						t.Errorf("%q, %s, %s: got %q and %s, want nothing", from, e, met, to, action)
					}
					continue
				}
				reached[i]++
				if want := Rules[i]; to != want.To || action != want.Action {
					t.Errorf("%q, %s, %s: got %q and %s, want %q and %s", from, e, met, to, action, want.To, want.Action)
				}
			}
		}
	}
	for i, n := range reached {
		if n == 0 {
			t.Errorf("row %d of the table, %+v, is never reached", i, Rules[i])
		}
	}
	// No two rows are for the same.
	seen := map[string]bool{}
	for _, r := range Rules {
		key := fmt.Sprint(r.From, r.Event, r.When)
		if seen[key] {
			t.Errorf("two rows for %+v", r)
		}
		seen[key] = true
	}
}

// TestFinal: only what waits for a receipt must stay in a store.
func TestFinal(t *testing.T) {
	for state, want := range map[State]bool{Waiting: false, Acknowledged: true, Failed: true, Processed: true} {
		if state.Final() != want {
			t.Errorf("%s: got %v, want %v", state, state.Final(), want)
		}
	}
}
