package figure

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// Value is one figure of one run.
type Value struct {
	ID string `json:"id"`
	Of string `json:"of,omitempty"`
	// Whole is in nanoseconds for spans and instants, or a count; 0 for shares.
	Whole int64   `json:"whole"`
	Share float64 `json:"share,omitempty"` // 0..1
	Open  bool    `json:"open,omitempty"`  // the true value is at least this: the run ended first
}

// Values are the figures of one run, in the order of the tables of measures.
type Values []Value

// Verdict is what figures say of a run besides its measures.
type Verdict struct {
	Violated  []string // the invariants that did not hold, as often as they did not
	Failed    bool     // it has a verdict, and did not pass
	Unjudged  bool     // it has no verdict; nothing else is known then
	Simulated time.Duration
}

// The figures that are no columns of measures. Each is 1 for a run of which it
// is true, but Simulated.
var (
	Violated  = &oracle.Column{ID: "violated", Name: "invariants violated", Unit: oracle.Count}
	Failed    = &oracle.Column{ID: "failed", Name: "runs that failed", Unit: oracle.Count}
	Unjudged  = &oracle.Column{ID: "unjudged", Name: "runs without a verdict", Unit: oracle.Count}
	Simulated = &oracle.Column{ID: "simulated", Name: "simulated time", Unit: oracle.Span}
)

// Columns lists what words can pick: the columns of all measures, and those of
// verdicts.
func Columns() []*oracle.Column {
	return append(oracle.Columns(), Violated, Failed, Unjudged, Simulated)
}

// Of lists the figures of a run. A run without a verdict has none but that.
func Of(m *oracle.Measures, v Verdict) Values {
	if v.Unjudged {
		return Values{{ID: Unjudged.ID, Whole: 1}}
	}
	var all Values
	for _, f := range m.Figures() {
		value := Value{ID: f.ID, Of: f.Of, Open: f.Open}
		if f.Unit == oracle.Share {
			value.Share = f.Value
		} else {
			value.Whole = int64(f.Value)
		}
		all = append(all, value)
	}
	all = append(all, Value{ID: Violated.ID, Whole: min(int64(len(v.Violated)), 1)})
	for _, name := range slices.Compact(slices.Sorted(slices.Values(v.Violated))) {
		all = append(all, Value{ID: Violated.ID, Of: name, Whole: 1})
	}
	return append(all,
		Value{ID: Failed.ID, Whole: one(v.Failed)},
		Value{ID: Unjudged.ID},
		Value{ID: Simulated.ID, Whole: int64(v.Simulated)},
	)
}

func one(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// Only returns the values that some of the words are about, and how long was
// simulated: what a summary of these words needs.
func (v Values) Only(words ...Word) Values {
	var kept Values
	for _, value := range v {
		if value.ID == Simulated.ID || slices.ContainsFunc(words, func(w Word) bool { return w.picks(value) }) {
			kept = append(kept, value)
		}
	}
	return kept
}

// simulated returns how long the run was.
func (v Values) simulated() time.Duration {
	for _, value := range v {
		if value.ID == Simulated.ID {
			return time.Duration(value.Whole)
		}
	}
	return 0
}

// number returns the value as a float: in nanoseconds, or as it is.
func (v Value) number() float64 {
	if v.Whole != 0 {
		return float64(v.Whole)
	}
	return v.Share
}

// picks reports whether the word is about a value.
func (w Word) picks(v Value) bool { return v.ID == w.ID && (w.Of == "" || v.Of == w.Of) }

// Value returns what the word picks of a run: the worst row for spans, instants
// and shares, and the sum for counts. Open says that the true value is at least
// this. A run of which nothing was measured under that name has no value: a
// takeover that did not happen took no time.
func (w Word) Value(values Values) (value float64, open, measured bool) {
	unjudged := false
	for _, v := range values {
		unjudged = unjudged || v.ID == Unjudged.ID && v.Whole != 0
		if !w.picks(v) || w.flag() && w.Of == "" && v.Of != "" {
			continue
		}
		open = open || v.Open
		switch {
		case !measured:
			value = v.number()
		case w.column.Unit == oracle.Count:
			value += v.number()
		default:
			value = max(value, v.number())
		}
		measured = true
	}
	if !measured && w.flag() && !unjudged && len(values) > 0 {
		return 0, false, true // an invariant that no value names has held
	}
	return value, open, measured
}

// flag reports whether the figure is true or false of a run.
func (w Word) flag() bool { return w.column == Violated || w.column == Failed || w.column == Unjudged }

// ofs lists the things that runs measured the word's figure of, sorted.
func (w Word) ofs(runs []Values) []string {
	var all []string
	seen := map[string]bool{}
	for _, values := range runs {
		for _, v := range values {
			if v.ID == w.ID && v.Of != "" && !seen[v.Of] {
				seen[v.Of] = true
				all = append(all, v.Of)
			}
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}
