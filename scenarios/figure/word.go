package figure

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrWord is wrapped by the error for a text that is no figure.
var ErrWord = errors.New("no figure")

// Word names a figure of runs: see the doc of the package.
type Word struct {
	ID        string
	Of        string    // empty: of all that was measured
	Statistic Statistic // over runs

	column *oracle.Column
}

// Statistic is what many runs are summed up to.
type Statistic string

// The statistics besides quantiles, which are p0 to p100, such as p99 or p99.9.
const (
	Mean    Statistic = "mean"
	Min     Statistic = "min" // the same as p0
	Max     Statistic = "max" // the same as p100
	Any     Statistic = "any" // the share of runs whose value is above 0
	PerYear Statistic = "per-year"
)

// Statistics lists the words for statistics, as errors and help name them.
func Statistics() []string {
	return []string{"p0 to p100 (such as p50, p99 or p99.9)", string(Mean), string(Min), string(Max), string(Any), string(PerYear)}
}

var (
	statistics = []string{string(Mean), string(Min), string(Max), string(Any), string(PerYear)}
	ending     = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(.+)\.(p[0-9]+(?:\.[0-9]+)?|mean|min|max|any|per-year)$`)
	})
)

// Parse reads a word. Without a statistic it is the median of spans, instants
// and shares, the mean of counts, and the share of runs for violated, failed
// and unjudged.
func Parse(text string) (Word, error) {
	bad := func(format string, args ...any) (Word, error) {
		return Word{}, fmt.Errorf("figure: %w: %q: %s", ErrWord, text, fmt.Sprintf(format, args...))
	}
	var w Word
	rest := text
	if m := ending().FindStringSubmatch(text); m != nil {
		rest, w.Statistic = m[1], Statistic(m[2])
	}
	w.ID, w.Of, _ = strings.Cut(rest, ".")
	i := slices.IndexFunc(columns(), func(c *oracle.Column) bool { return c.ID == w.ID })
	switch {
	case text == "":
		return bad("got nothing, want a figure such as outage.p99")
	case i < 0:
		return bad("got %q, want %s", w.ID, anyID(w.ID))
	case strings.HasSuffix(rest, "."):
		return bad("got nothing after the point, want what it is of, or a statistic: %s", strings.Join(Statistics(), ", "))
	}
	w.column = columns()[i]
	if w.Statistic == "" {
		w.Statistic = w.usual()
	}
	if q, is := w.Statistic.percent(); is && q > 100 {
		return bad("got %s, want a statistic: %s", w.Statistic, strings.Join(Statistics(), ", "))
	}
	if w.Statistic == PerYear && w.column.Unit != oracle.Count {
		return bad("got a %s per year, want a count, such as violated.per-year", w.column.Unit)
	}
	return w, nil
}

// These are made when the first word is read: most runs of the program read
// none.
var (
	columns = sync.OnceValue(Columns)
	ids     = sync.OnceValue(func() (all []string) {
		for _, c := range columns() {
			all = append(all, c.ID)
		}
		slices.Sort(all)
		return slices.Compact(all)
	})
)

// invariants lists the invariants that a run may violate.
func invariants() (all []string) {
	for _, i := range oracle.Invariants {
		all = append(all, i.Name)
	}
	return all
}

// IDs lists the figures that words can pick, sorted.
func IDs() []string { return slices.Clone(ids()) }

// anyID says which figures there are, or which one is meant.
func anyID(got string) string {
	near, _, _ := strings.Cut(got, "-p")
	for _, word := range []string{got, near} {
		if topology.Nearest(word, ids()) != "" {
			return topology.AnyOf(word, ids())
		}
	}
	return fmt.Sprintf("one of %d, such as outage, requests-failed, group-moves or violated (cablepull help figures)", len(ids()))
}

// usual returns the statistic of a word without one.
func (w Word) usual() Statistic {
	switch {
	case w.flag():
		return Any
	case w.column.Unit == oracle.Count:
		return Mean
	}
	return "p50"
}

// percent returns the percentage of a quantile, 0 to 100.
func (s Statistic) percent() (float64, bool) {
	digits, is := strings.CutPrefix(string(s), "p")
	q, err := strconv.ParseFloat(digits, 64)
	switch {
	case s == Min:
		return 0, true
	case s == Max:
		return 100, true
	}
	return q, is && err == nil
}

// Slip says what is probably wrong with what the figure is of, or nothing: an
// invariant that does not exist, or a slip in a statistic, which reads as if it
// were the name of something. Names are those that figures may be of.
func (w Word) Slip(names []string) string {
	switch {
	case w.Of == "" || slices.Contains(names, w.Of):
		return ""
	case w.column == Violated && !slices.Contains(invariants(), w.Of):
		return fmt.Sprintf("got the invariant %q, want %s", w.Of, topology.AnyOf(w.Of, invariants()))
	case topology.Nearest(w.Of, statistics) != "":
		return fmt.Sprintf("got %q, want what it is of, or a statistic (did you mean %q?)", w.Of, topology.Nearest(w.Of, statistics))
	}
	return ""
}

// String returns the word as it is read, always with its statistic.
func (w Word) String() string {
	text := w.ID
	if w.Of != "" {
		text += "." + w.Of
	}
	return text + "." + string(w.Statistic)
}

// MarshalText implements encoding.TextMarshaler.
func (w Word) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Word) UnmarshalText(text []byte) (err error) {
	*w, err = Parse(string(text))
	return err
}

// Name returns what the figure is called in words, such as "outage".
func (w Word) Name() string { return w.column.Name }

// Unit is what a statistic of figures is measured in.
type Unit string

// The units.
const (
	Time    Unit = "time" // nanoseconds
	Number  Unit = "number"
	Share   Unit = "share"    // 0..1
	Yearly  Unit = "per year" // a number for each simulated year
	perYear      = 365 * 24 * 3600 * 1e9
)

// Unit returns what the word's statistic is measured in.
func (w Word) Unit() Unit {
	switch {
	case w.Statistic == PerYear:
		return Yearly
	case w.Statistic == Any || w.column.Unit == oracle.Share:
		return Share
	case w.column.Unit == oracle.Count:
		return Number
	}
	return Time
}
