package fault

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// rows is every kind of fault, in the order of the help. Scenarios cannot use a
// kind that is not in this list.
var rows = []*Row{
	pullRow, plugRow, partitionRow, healRow, impairRow, dropRow, pruneRow, unpruneRow, blockRow, unblockRow,
	hogRow, calmRow, fillRow, freezeRow, thawRow, crashRow, bootRow, rebootRow,
	setRow, saveRow, yieldRow, quiesceRow, unquiesceRow, stopServiceRow, startServiceRow, backendRow, deployRow, undeployRow, skewRow, driftRow,
}

// Language is a set of kinds of faults. Most of the bench uses Standard; a
// test, or a Go team with a fault of its own, may add to it.
type Language struct{ rows []*Row }

// Standard is the language of scenarios: every kind of fault of this package.
func Standard() Language { return Language{rows} }

// ErrRow is wrapped by errors about an incomplete or duplicate row.
var ErrRow = errors.New("bad row")

// With returns the language with more kinds.
func (g Language) With(more ...*Row) (Language, error) {
	all := slices.Clone(g.rows)
	for _, row := range more {
		if err := row.check(); err != nil {
			return Language{}, err
		}
		if slices.ContainsFunc(all, func(r *Row) bool { return r.verb == row.verb }) {
			return Language{}, fmt.Errorf("%w: %s: the verb exists already", ErrRow, row.verb)
		}
		all = append(all, row)
	}
	return Language{all}, nil
}

// Rows lists the kinds of faults.
func (g Language) Rows() []*Row { return slices.Clone(g.rows) }

// Usage lists a line for each kind of fault, for help. `for TIME` may follow
// every fault that Undoable accepts.
func (g Language) Usage() []string {
	lines := make([]string, len(g.rows))
	for i, row := range g.rows {
		lines[i] = row.usage
	}
	return lines
}

// Parse reads one line of a scenario. Errors are of type *SyntaxError.
func Parse(text string) (Fault, error) { return Standard().Parse(text) }

// Parse reads one line. Errors are of type *SyntaxError.
func (g Language) Parse(text string) (Fault, error) {
	if len(text) > lineMax {
		return nil, &SyntaxError{Line: text[:lineMax], Column: lineMax, Message: "the line is too long"}
	}
	l := newLine(text)
	f := g.parse(l)
	if l.err != nil {
		return nil, l.err
	}
	return f, nil
}

func (g Language) parse(l *Line) Fault {
	verbs := make([]string, len(g.rows))
	for i, row := range g.rows {
		verbs[i] = row.verb
	}
	verb := l.OneOf("verb", verbs...)
	for _, row := range g.rows {
		if row.verb != verb {
			continue
		}
		f := row.read(l)
		if l.err != nil {
			l.err.Usage = row.usage
		}
		return f
	}
	return nil
}

// read reads what follows the verb. It first cuts off a span at the end of the
// line, so that kinds need not handle it.
func (r *Row) read(l *Line) Fault {
	var span time.Duration
	words := l.words
	if n := len(words); n > 2 && words[n-2].text == "for" {
		tail := &Line{text: l.text, words: words[n-1:], end: l.end}
		span = tail.Span("span", 1)
		l.err = tail.err
		l.words, l.end = words[:n-2], words[n-2].column-1
	}
	f := r.parse(l)
	l.finish()
	if l.err != nil || span == 0 {
		return f
	}
	if !Undoable(f) {
		l.fail(words[len(words)-2].column, "%s cannot be undone, want no `for`", r.verb)
	}
	return For{f, span}
}

// Check returns why a fault written in Go has no line that parses back to it: a
// bad name, say, or a share out of bounds.
func Check(f Fault) error {
	parsed, err := Language{[]*Row{f.Row()}}.Parse(f.String())
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(parsed, f) {
		return &SyntaxError{Line: f.String(), Column: 1, Message: "the fault's line does not hold all of its fields: one has no meaning here"}
	}
	return nil
}

// Draw returns a random fault that is possible in a topology, which must be
// completed, or false if there is none. Some faults have a span.
func (g Language) Draw(r *rand.Rand, t topology.Topology) (Fault, bool) {
	d := &Draw{Rand: r, Topology: t}
	for _, i := range r.Perm(len(g.rows)) {
		f, possible := g.rows[i].draw(d)
		if !possible {
			continue
		}
		if Undoable(f) && d.Likely(0.5) {
			return For{f, d.Span(time.Second, 30*time.Second)}, true
		}
		return f, true
	}
	return nil, false
}
