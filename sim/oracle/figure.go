package oracle

import (
	"fmt"
	"slices"
	"time"
)

// Column is one kind of figure. Everything that shows or compares figures reads
// the columns: no other place has a list of measures.
type Column struct {
	ID      string // for programs; it never changes
	Name    string // in words, such as "requests ok"
	Heading string // short, in the table of its measure; empty: not shown there
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

// Varies says how much a figure may differ between two worlds whose events are
// the same, but at instants that differ by a tolerance.
type Varies string

// The ways in which a figure may vary.
const (
	Never    Varies = "never"
	WithTime Varies = "with-time" // by the tolerance
	// WithSYN is by the tolerance and, where a takeover hits a request, by the time
	// to send one more SYN.
	WithSYN     Varies = "with-syn"
	WithPassing Varies = "with-passing" // by the connections opened or closed in the tolerance
	WithDue     Varies = "with-due"     // by the requests of the client that come due in the tolerance
	WithAsking  Varies = "with-asking"  // by those, and by those that wait for an ARP answer when the run ends
	// WithFate is by the connections opened or closed in the tolerance and, where
	// members share them, by how many of them one member has.
	WithFate Varies = "with-fate"
	// WithAllDue is by the requests of all clients that come due in the tolerance
	// and, where members share them, by those of a few connections.
	WithAllDue Varies = "with-all-due"
	// Freely is for figures that follow from others, or that may vary in any way.
	// They are not compared between worlds.
	Freely Varies = "freely"
)

// AllVaries lists all values of Varies except Freely.
var AllVaries = []Varies{Never, WithTime, WithSYN, WithPassing, WithFate, WithDue, WithAsking, WithAllDue}

// Tone says whether a figure is good or bad.
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
	Of    string // what it describes: a client, a virtual IP, a fault
	Value float64
	Open  bool // the true value is at least this: the run ended first
	Tone  Tone
}

// Time returns the value of a span or an instant.
func (f Figure) Time() time.Duration { return time.Duration(f.Value) }

// Table holds the results of one measure. Each row is about one thing, and has
// figures for some of the columns.
type Table struct {
	Title   string
	Names   []string // headings of the names of the thing
	Columns []*Column
	Notes   []string // headings of the notes after the figures
	Sum     bool     // the first column is the sum of the others
	Nothing bool     // it says in many rows that there was nothing: not for people
	Rows    []Row
}

// Row is one row of a table.
type Row struct {
	Of      string   // the thing, in one line
	Names   []string // under the headings of the table; empty: no name
	Figures []Figure // in the order of the columns
	Notes   []Note   // under the headings of the table; may be none
}

// Note is a word on a row.
type Note struct {
	Text  string         // empty: none
	Since *time.Duration // how long before the row it happened; nil: not given
}

// row returns a row for a thing with one name.
func row(name string) Row { return Row{Of: name, Names: []string{name}} }

// Add adds a figure and returns it. It stays valid until the next one is added.
func (r *Row) Add(c *Column, value float64) *Figure {
	r.Figures = append(r.Figures, Figure{Column: c, Of: r.Of, Value: value})
	return &r.Figures[len(r.Figures)-1]
}

func (r *Row) span(c *Column, d time.Duration) *Figure { return r.Add(c, float64(d)) }

func (r *Row) count(c *Column, n int) *Figure { return r.Add(c, float64(n)) }

// bad marks a figure that should be zero.
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

// Columns lists the columns of all measures.
func Columns() []*Column {
	var all []*Column
	for _, row := range measures {
		for _, table := range row.tables {
			all = append(all, table(&Measures{}).Columns...)
		}
	}
	return all
}

// ComparedIDs lists the IDs of the columns that are compared between worlds,
// sorted.
func ComparedIDs() []string {
	return idsOf(func(c *Column) bool { return c.Varies != Freely })
}

// CountIDs lists the IDs of the columns that count something, sorted.
func CountIDs() []string { return idsOf(func(c *Column) bool { return c.Unit == Count }) }

func idsOf(wanted func(*Column) bool) []string {
	var ids []string
	for _, c := range Columns() {
		if wanted(c) {
			ids = append(ids, c.ID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Tables lists the results, measure by measure, without empty tables.
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

// Figures lists all figures in the order of the tables. If one thing is
// measured several times, such as takeovers of a virtual IP from a to b, all
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
