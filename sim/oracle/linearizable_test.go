package oracle

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
)

// teller is a log of operations, each from one instant in seconds to another.
type teller struct{ log }

func (l *teller) did(from, to float64, verb, key, value string) *teller {
	return l.ends(from, to, verb, key, value, "ok")
}

func (l *teller) ends(from, to float64, verb, key, value, outcome string) *teller {
	l.at(to, "t1", event.TellerDone{Book: "accounts", Key: key, Clerk: 1, Verb: verb, Value: value, Began: instant(from), Outcome: outcome})
	return l
}

// TestLastRead: what was not answered, and what only writes, reads nothing.
func TestLastRead(t *testing.T) {
	l := (&teller{}).did(1, 2, "write", "r1", "a").did(3, 6, "read", "r1", "a").did(2, 7, "read", "r2", "").ends(8, 9, "read", "r1", "", "unknown")
	same(t, "ledgers", Measure(l.did(10, 11, "write", "r1", "b").in(), Facts{Duration: instant(100)}).Ledgers, []Ledger{
		{Book: "accounts", Operations: 5, OK: 4, Unknown: 1, LastRead: instant(3)},
	})
}

// TestLinearizable: each kind of mistake is found, with its shortest example,
// and what can be explained is none.
func TestLinearizable(t *testing.T) {
	var breaches []breach
	for _, c := range []struct {
		name   string
		log    *teller
		at     float64
		detail string
	}{
		{"reads follow writes", (&teller{}).did(1, 2, "write", "r1", "a").did(3, 4, "read", "r1", "a").did(5, 6, "write", "r1", "b").did(7, 8, "read", "r1", "b"), 0, ""},
		{"concurrent", (&teller{}).did(1, 5, "write", "r1", "a").did(2, 3, "read", "r1", "").did(4, 6, "read", "r1", "a"), 0, ""},
		{"keys have nothing to do with each other", (&teller{}).did(1, 2, "write", "r1", "a").did(3, 4, "read", "r2", ""), 0, ""},
		{"unknown and never seen", (&teller{}).ends(1, 2, "append", "l1", "a", "unknown").did(3, 4, "read", "l1", ""), 0, ""},
		{"unknown and seen late", (&teller{}).ends(1, 2, "append", "l1", "a", "unknown").did(3, 4, "read", "l1", "").did(5, 6, "read", "l1", "a"), 0, ""},
		{"failed", (&teller{}).ends(1, 2, "write", "r1", "a", "failed").did(3, 4, "read", "r1", "").ends(5, 6, "read", "r1", "", "unknown"), 0, ""},

		{
			"a register loses", (&teller{}).did(1, 2, "write", "r1", "a").did(3, 4, "write", "r1", "b").did(5, 6, "read", "r1", "a").did(7, 8, "read", "r1", "a"), 6,
			"accounts r1: 1 lost; the shortest example: lost: 3s..4s t1 writes b; 5s..6s t1 reads a",
		},
		{
			"a register is stale", (&teller{}).did(1, 2, "write", "r1", "a").did(3, 4, "read", "r1", "").did(5, 6, "read", "r1", "a"), 4,
			"1 stale; the shortest example: stale: 1s..2s t1 writes a; 3s..4s t1 reads nothing",
		},
		{
			"what was unknown and seen is lost", (&teller{}).ends(1, 2, "write", "r1", "a", "unknown").did(3, 4, "read", "r1", "a").did(5, 6, "read", "r1", ""), 6,
			"1 lost; the shortest example: lost: 1s.. (no answer) t1 writes a; 5s..6s t1 reads nothing",
		},
		{
			"a list loses two", (&teller{}).did(1, 2, "append", "l1", "a").did(3, 4, "append", "l1", "b").did(5, 6, "append", "l1", "c").did(7, 8, "read", "l1", "c"), 8,
			"2 lost; the shortest example: lost: 3s..4s t1 appends b; 7s..8s t1 reads 1 words",
		},
		{
			"a list is stale", (&teller{}).did(1, 2, "append", "l1", "a").did(3, 4, "read", "l1", "").did(5, 6, "read", "l1", "a"), 4,
			"1 stale; the shortest example: stale: 1s..2s t1 appends a; 3s..4s t1 reads nothing",
		},
		{
			"doubled", (&teller{}).did(1, 2, "append", "l1", "a").did(3, 4, "read", "l1", "a a"), 4,
			"1 doubled; the shortest example: doubled: 1s..2s t1 appends a; 3s..4s t1 reads 2 words",
		},
		{
			"reordered", (&teller{}).did(1, 2, "append", "l1", "a").did(3, 4, "append", "l1", "b").did(5, 6, "read", "l1", "b a"), 6,
			"1 reordered; the shortest example: reordered: 1s..2s t1 appends a; 3s..4s t1 appends b; 5s..6s t1 reads 2 words",
		},
		{
			"two orders", (&teller{}).did(1, 4, "append", "l1", "a").did(2, 4, "append", "l1", "b").did(5, 6, "read", "l1", "b a").did(7, 8, "read", "l1", "a b"), 8,
			"1 reordered; the shortest example: reordered, b stood elsewhere before",
		},
		{"phantom", (&teller{}).did(3, 4, "read", "r1", "a"), 4, "1 phantom; the shortest example: phantom, nobody has written a: 3s..4s t1 reads a"},
		{
			"a failed write is there", (&teller{}).ends(1, 2, "append", "l1", "a", "failed").did(3, 4, "read", "l1", "a"), 4,
			"1 phantom; the shortest example: phantom, the write of a has failed",
		},
		{"read before it was written", (&teller{}).did(1, 2, "read", "r1", "a").did(3, 4, "write", "r1", "a"), 3, "phantom, read before it was written"},
		{
			"no two contradict", (&teller{}).did(1, 10, "write", "r1", "a").did(1, 10, "write", "r1", "b").did(2, 3, "read", "r1", "a").did(4, 5, "read", "r1", "b").
				did(6, 7, "read", "r1", "a"), 20, "fit no order",
		},
	} {
		breaches = append(breaches, breach{c.name, &c.log.log, c.at, c.detail})
	}
	check(t, "linearizable", Facts{Duration: 20 * time.Second}, breaches)
}

// TestTooManyOperations: more than the limit are not checked, and that is an
// error.
func TestTooManyOperations(t *testing.T) {
	l := &teller{}
	for i := range pageMax {
		l.did(float64(i), float64(i)+0.5, "read", "r1", "")
	}
	all := l.in()
	if got := Check(all, Facts{Duration: 3000 * time.Second}); len(got) != 0 {
		t.Errorf("got %v, want none", got)
	}
	l.did(2500, 2501, "read", "r1", "")
	got := Check(l.in(), Facts{Duration: 3000 * time.Second})
	if len(got) != 1 || !strings.Contains(got[0].Detail, "accounts r1: got 2001 operations, want at most 2000") {
		t.Errorf("got %v, want the limit", got)
	}
}

// drawn draws operations of several clerks on one key, each of which takes
// effect on a copy at an instant between its beginning and its end. Wrong says
// how often a read sees an older state, or a write is forgotten.
func drawn(random *rand.Rand, operations int, list bool, wrong float64) *teller {
	const clerks = 4
	l, key, verb := &teller{}, "r1", "write"
	if list {
		key, verb = "l1", "append"
	}
	busy, state, older := [clerks]float64{}, "", ""
	now := 1.0
	for i := range operations {
		clerk := random.IntN(clerks)
		from := max(busy[clerk]+0.001, now-0.05*random.Float64())
		now = max(now, from) + 0.002 + 0.05*random.Float64()
		to := now + 0.05*random.Float64()
		busy[clerk] = to
		if random.Float64() < 0.5 {
			shown := state
			if random.Float64() < wrong {
				shown = older
			}
			l.did(from, to, "read", key, shown)
			continue
		}
		value, outcome := fmt.Sprintf("v%d", i), "ok"
		happens := random.Float64() >= wrong
		if random.Float64() < 0.1 {
			outcome = []string{"failed", "unknown"}[random.IntN(2)]
			happens = outcome == "unknown" && random.Float64() < 0.5
		}
		if happens {
			older = state
			if state != "" && list {
				value = state + " " + value
			}
			state = value
		}
		l.ends(from, to, verb, key, fmt.Sprintf("v%d", i), outcome)
	}
	return l
}

// TestOneCopy: whatever one copy answers can be explained.
func TestOneCopy(t *testing.T) {
	for seed := range uint64(200) {
		l := drawn(rand.New(rand.NewPCG(seed, 1)), 60, seed%2 == 0, 0)
		for _, v := range Check(l.in(), Facts{Duration: time.Hour}) {
			t.Errorf("seed %d: %s", seed, v.Detail)
		}
	}
}

func wanted() bool { return false }

// TestMistakesAreProofs: where a mistake is named, there is no order that
// explains the operations. In histories without concurrency the converse holds
// as well, without exception: each read then has one right answer, and what
// differs from it lacks a word, or shows one twice, in a wrong place, or one
// that nobody has written by then. With concurrency no such rule is known: see
// "no two contradict" above.
func TestMistakesAreProofs(t *testing.T) {
	concurrent, alone := proofs{}, proofs{}
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 2))
		l := drawn(random, 40, seed%2 == 0, 0.05)
		concurrent.judge(l.in())
		for all, n := l.oneByOne(random).in(), 1; n <= len(all); n++ {
			alone.judge(all[:n]) // the first mistake has no other one beside it
		}
	}
	if concurrent.wrong > 0 || concurrent.named == 0 || concurrent.legal == 0 {
		t.Errorf("concurrent: got %+v, want some of both, and no mistake named where there is an order", concurrent)
	}
	if alone.wrong > 0 || alone.nameless > 0 || alone.named == 0 || alone.legal == 0 {
		t.Errorf("one by one: got %+v, want some of both, and a mistake named exactly where there is no order", alone)
	}
}

// proofs counts histories, each of one key.
type proofs struct {
	legal    int // there is an order, and no mistake
	named    int // there is none, and a mistake
	nameless int // neither
	wrong    int // both
}

func (p *proofs) judge(history []event.Event) {
	all := newPages()
	for _, e := range history {
		all.observe(e)
	}
	for _, g := range all.sorted() {
		_, named := g.mistakes().shortest()
		switch legal := g.linearizable(wanted); {
		case legal && named:
			p.wrong++
		case legal:
			p.legal++
		case named:
			p.named++
		default:
			p.nameless++
		}
	}
}

// oneByOne returns the operations in the order in which they ended, each begun
// after the one before. Those without an answer, which would be concurrent with
// all that follow, are left out; what they wrote is then written by nobody. Of
// the longer reads one in fifty shows two words in each other's place, and one
// in fifty a word twice.
func (l *teller) oneByOne(random *rand.Rand) *teller {
	one := &teller{}
	for n, e := range l.in() {
		d := e.What.(event.TellerDone)
		if d.Outcome == "unknown" {
			continue
		}
		if words := strings.Fields(d.Value); d.Verb == "read" && len(words) > 1 {
			i, j := random.IntN(len(words)), random.IntN(len(words))
			switch random.IntN(50) {
			case 0:
				words[i], words[j] = words[j], words[i]
			case 1:
				words = append(words, words[i])
			}
			d.Value = strings.Join(words, " ")
		}
		from := float64(n) + 1
		one.ends(from, from+0.5, d.Verb, d.Key, d.Value, d.Outcome)
	}
	return one
}

// endingContext ends when it has been asked some times.
type endingContext struct {
	context.Context
	asked, ends int
}

func (c *endingContext) Err() error {
	if c.asked++; c.asked > c.ends {
		return context.Canceled
	}
	return nil
}

// TestSearchEnds: a search that is under way when nobody waits for it any more
// gives up, whatever it would have found. The measures are as they were.
func TestSearchEnds(t *testing.T) {
	// No order explains what the last reads show, and before that is known all sets
	// of concurrent writes have been tried.
	const writes = 12
	l := &teller{}
	for i := range writes {
		l.did(1, 90, "write", "r1", fmt.Sprintf("v%d", i))
	}
	l.did(96, 97, "read", "r1", "v1").did(98, 99, "read", "r1", "v2")
	all, facts := l.in(), Facts{Duration: 100 * time.Second}
	judge := func(ends int) (int, Measures, []Violation, error) {
		o, ctx := New(facts), &endingContext{context.Background(), 0, ends}
		for _, e := range all {
			o.Observe(e)
		}
		m, violations, err := o.Finish(ctx)
		return ctx.asked, m, violations, err
	}
	whole, want, violations, err := judge(math.MaxInt)
	if err != nil || len(violations) != 1 || whole < 100_000 {
		t.Fatalf("a search that is not stopped: got %v, %v and %d steps, want a violation and many steps", violations, err, whole)
	}
	for _, ends := range []int{0, 1, 1000, whole / 2} {
		asked, m, violations, err := judge(ends)
		if err != context.Canceled || violations != nil {
			t.Errorf("ended after %d steps: got %v, %v, want the context's error", ends, violations, err)
		}
		if more, most := asked-ends, 4*len(all)*len(all); more > most {
			t.Errorf("ended after %d steps: got %d more, want at most %d", ends, more, most)
		}
		if diff := cmp.Diff(want, m); diff != "" {
			t.Errorf("ended after %d steps: measures: got + and want -:\n%s", ends, diff)
		}
	}
}

// BenchmarkLinearizable checks 2,000 operations of four clerks on one key.
func BenchmarkLinearizable(b *testing.B) {
	for _, list := range []bool{false, true} {
		for _, wrong := range []float64{0, 0.01} {
			b.Run(fmt.Sprintf("list=%v/wrong=%v", list, wrong), func(b *testing.B) {
				all := drawn(rand.New(rand.NewPCG(1, 1)), pageMax, list, wrong).in()
				for b.Loop() {
					p := newPages()
					for _, e := range all {
						p.observe(e)
					}
					for _, g := range p.sorted() {
						g.linearizable(wanted)
						g.mistakes()
					}
				}
			})
		}
	}
}
