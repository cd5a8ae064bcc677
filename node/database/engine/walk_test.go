package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestRandomWalk: whatever sessions do, each statement is answered once, nobody
// owns a row twice or after its end, and the store has exactly what was
// committed.
func TestRandomWalk(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 7))
		store := &Store{}
		cfg := settings
		cfg.LockWait = 40 * time.Millisecond
		l := newLab(t, cfg, store)
		waits, now := map[int]bool{}, time.Duration(0)
		answered := func(actions []Action) {
			for _, a := range actions {
				if a.Kind == Reply && !waits[a.Session] {
					t.Fatalf("seed %d: session %d is answered twice", seed, a.Session)
				}
				delete(waits, a.Session)
			}
		}
		for range 200 {
			now += time.Duration(random.IntN(4)) * time.Millisecond
			answered(append([]Action(nil), l.Step(now, Event{})...))
			s := 1 + random.IntN(2)
			if waits[s] {
				continue
			}
			waits[s] = true
			st := Statement{Verb: []Verb{Get, Put, Append, Lock, Delete, Commit, Commit, Rollback}[random.IntN(8)], Key: Key{"t", fmt.Sprint(random.IntN(3))}, Value: "v", Auto: random.IntN(4) == 0}
			answered(append([]Action(nil), l.Step(now, Event{Kind: Asked, Session: s, Statement: st})...))
			owned := map[*lock]bool{}
			for _, x := range l.sessions { // order: any will do
				for _, k := range x.locks {
					if owned[k] || k.owner != x || l.locks[k.key] != k {
						t.Fatalf("seed %d: row %v has more than one owner", seed, k.key)
					}
					owned[k] = true
				}
			}
			if len(owned) != len(l.locks) {
				t.Fatalf("seed %d: %d rows are locked, %d of them by a session", seed, len(l.locks), len(owned))
			}
		}
		for len(waits) > 0 {
			due, ok := l.Engine.Deadline()
			if !ok {
				t.Fatalf("seed %d: %v wait, and nothing is due", seed, waits)
			}
			answered(append([]Action(nil), l.Step(due, Event{})...))
		}
		again := Store{}
		for _, r := range store.log {
			again.keep(r)
		}
		again.apply(again.last())
		if fmt.Sprint(again.rows) != fmt.Sprint(store.rows) && len(store.rows) > 0 {
			t.Fatalf("seed %d: got %v, want what the log says, %v", seed, store.rows, again.rows)
		}
	}
}
