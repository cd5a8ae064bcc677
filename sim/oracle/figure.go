package oracle

import (
	"fmt"
	"time"
)

// Column is one sort of figure. Tables of a run, comparisons of two worlds and
// whatever else shows or holds figures against each other read nothing but the
// columns: no place has a list of measures of its own.
type Column struct {
	ID      string // for programs; it never changes
	Name    string // in words, such as "requests ok"
	Heading string // short, in the table of its measure; empty: that does not show it
	Unit    Unit
	Varies  Varies
}

// Unit is what the value of a figure means.
type Unit string

// The units.
const (
	Span    Unit = "span"    // nanoseconds
	Instant Unit = "instant" // nanoseconds since the start of the world
	Count   Unit = "count"
	Share   Unit = "share" // 0..1
)

// Varies says by how much a figure may differ between two worlds in which the
// same happens, if the instants at which it happens differ by a tolerance.
type Varies string

// The ways in which figures vary.
const (
	Never    Varies = "never"
	WithTime Varies = "with-time" // by the tolerance
	// WithSYN is with time, and where a takeover catches a request: by as much as it
	// takes to send one more SYN.
	WithSYN     Varies = "with-syn"
	WithPassing Varies = "with-passing" // by the connections that are opened or closed in the tolerance
	WithDue     Varies = "with-due"     // by the requests of the client that come due in the tolerance
	WithAsking  Varies = "with-asking"  // by those, and by those that wait for an answer to ARP as the run ends
	WithAllDue  Varies = "with-all-due" // by the requests of all clients that come due in the tolerance
	// Freely is said of figures that follow from others, or that nothing can be said
	// of. Worlds are not compared by them.
	Freely Varies = "freely"
)

// AllVaries is all ways in which figures vary but Freely.
var AllVaries = []Varies{Never, WithTime, WithSYN, WithPassing, WithDue, WithAsking, WithAllDue}

// Tone says what to think of a figure.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Good
	Bad
)

// Figure is one number that a run measured.
type Figure struct {
	*Column
	Of    string // whose it is: a client, a virtual IP, a fault
	Value float64
	Open  bool // it is at least that: the run ended before it did
	Tone  Tone
}

// Time returns the value of a span or an instant.
func (f Figure) Time() time.Duration { return time.Duration(f.Value) }

// Table is what one measure says of a run. Each row is about one thing, and has
// a figure for some of the columns.
type Table struct {
	Title   string
	Names   []string // headings of what the thing is called
	Columns []*Column
	Notes   []string // headings of what is said in words, behind the figures
	Sum     bool     // the first column is the sum of the others
	Rows    []Row
}

// Row is one row of a table.
type Row struct {
	Of      string   // the thing in one line
	Names   []string // under the headings of the table; empty: nothing has the name
	Figures []Figure // in the order of the columns
	Notes   []Note   // under the headings of the table; none: there is nothing to say
}

// Note is a word on a row.
type Note struct {
	Text  string         // empty: there is no such thing
	Since *time.Duration // how long before the row it happened; nil: that is not said
}

// row begins a row of a thing that has one name.
func row(name string) Row { return Row{Of: name, Names: []string{name}} }

// Add adds a figure and returns it. It stays valid until the next one is added.
func (r *Row) Add(c *Column, value float64) *Figure {
	r.Figures = append(r.Figures, Figure{Column: c, Of: r.Of, Value: value})
	return &r.Figures[len(r.Figures)-1]
}

func (r *Row) span(c *Column, d time.Duration) *Figure { return r.Add(c, float64(d)) }

func (r *Row) count(c *Column, n int) *Figure { return r.Add(c, float64(n)) }

// bad marks a figure that ought to be zero.
func (f *Figure) bad() {
	if f.Value > 0 {
		f.Tone = Bad
	}
}

// Figure returns the row's figure of a column.
func (r *Row) Figure(c *Column) (Figure, bool) {
	for _, f := range r.Figures {
		if f.Column == c {
			return f, true
		}
	}
	return Figure{}, false
}

// Tables lists what was measured, measure by measure. Tables without a row are
// left out.
func (m *Measures) Tables() []Table {
	var all []Table
	for _, row := range measures {
		for _, table := range row.tables {
			if t := table(m); len(t.Rows) > 0 {
				all = append(all, t)
			}
		}
	}
	for _, t := range m.Own {
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// Figures lists all figures in the order of the tables. Of what is measured
// several times of one thing, such as takeovers of a virtual IP from a to b, all
// but the first are numbered.
func (m *Measures) Figures() []Figure {
	type name struct {
		column *Column
		of     string
	}
	var all []Figure
	seen := map[name]int{}
	for _, t := range m.Tables() {
		for _, row := range t.Rows {
			for _, f := range row.Figures {
				key := name{f.Column, f.Of}
				if seen[key]++; seen[key] > 1 {
					f.Of = fmt.Sprintf("%s (%d)", f.Of, seen[key])
				}
				all = append(all, f)
			}
		}
	}
	return all
}
