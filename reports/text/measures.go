package text

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// measures prints what was measured.
func (p *page) measures(m *oracle.Measures) {
	for _, t := range tables(m) {
		p.table(t)
	}
}

// tables are what was measured: the tables in which the measures list
// themselves, and what members show.
func tables(m *oracle.Measures) []*table {
	var all []*table
	for _, t := range m.Tables() {
		switch {
		case t.Nothing:
		case t.Sum:
			all = append(all, sums(t))
		default:
			all = append(all, figures(t))
		}
	}
	return append(all, members(m.Members), counters(m.Members),
		balancedStatus(m.Balanced), balancedTable(m.Balanced), balanceCounters(m.BalanceCounters))
}

// figures lays out a table: names, figures, notes.
func figures(t oracle.Table) *table {
	var head []string
	for _, name := range t.Names {
		head = append(head, "<"+name)
	}
	for _, c := range t.Columns {
		if c.Heading != "" {
			head = append(head, c.Heading)
		}
	}
	for _, note := range t.Notes {
		head = append(head, "<"+note)
	}
	out := newTable(t.Title, head...)
	for _, r := range t.Rows {
		var cells []span
		for _, name := range r.Names {
			cells = append(cells, span{cmp.Or(name, absent), plain})
		}
		for _, c := range t.Columns {
			if c.Heading != "" {
				cells = append(cells, figure(&r, c))
			}
		}
		for i := range t.Notes {
			note := ""
			if i < len(r.Notes) {
				note = noted(r.Notes[i])
			}
			cells = append(cells, span{note, plain})
		}
		out.inked(cells)
	}
	return out
}

// sums lays out a table whose first column is the sum of the others. Parts that
// are zero in every row are left out. The longest rows come first if there are
// too many for a page.
func sums(t oracle.Table) *table {
	shown := []int{0}
	for i := range t.Columns[1:] {
		if slices.ContainsFunc(t.Rows, func(r oracle.Row) bool { return r.Figures[i+1].Value != 0 }) {
			shown = append(shown, i+1)
		}
	}
	head := []string{"<" + t.Names[0]}
	for i, column := range shown {
		if i > 0 {
			head = append(head, []string{"=", "+"}[min(i-1, 1)])
		}
		head = append(head, t.Columns[column].Heading)
	}
	out := newTable(t.Title, head...)
	rows := t.Rows
	if len(rows) > rowsMax {
		rows = slices.Clone(rows)
		slices.SortStableFunc(rows, func(a, b oracle.Row) int { return cmp.Compare(b.Figures[0].Value, a.Figures[0].Value) })
	}
	for _, r := range rows {
		out.inked(sumRow(r, shown))
	}
	return out
}

// sumRow lays out the parts of a sum that are shown.
func sumRow(r oracle.Row, shown []int) []span {
	whole := r.Figures[0]
	var each []time.Duration
	var sum time.Duration
	for _, column := range shown[1:] {
		each = append(each, r.Figures[column].Time())
		sum += r.Figures[column].Time()
	}
	// Should the parts not add up, the figures below will show it.
	text := parts([]time.Duration{whole.Time()})[0]
	if whole.Open {
		text = "≥ " + text
	}
	row := []span{{r.Names[0], plain}, {text, tones[whole.Tone]}}
	for i, d := range parts(each) {
		sign := []string{"=", "+"}[min(i, 1)]
		if sum != whole.Time() {
			sign = "?"
		}
		row = append(row, span{sign, dim}, span{d, plain})
	}
	return row
}

// tones are the inks of figures.
var tones = map[oracle.Tone]ink{oracle.Plain: plain, oracle.Good: good, oracle.Bad: bad}

// figure prints the figure of a row in a column.
func figure(r *oracle.Row, c *oracle.Column) span {
	f, measured := r.Figure(c)
	if !measured {
		return span{absent, plain}
	}
	return span{value(c.Unit, f.Value), tones[f.Tone]}
}

// value prints a value.
func value(u oracle.Unit, v float64) string {
	switch u {
	case oracle.Span:
		return short(time.Duration(v))
	case oracle.Instant:
		return instant(time.Duration(v))
	case oracle.Share:
		return fmt.Sprintf("%.1f %%", 100*v)
	default:
		return strconv.FormatInt(int64(v), 10)
	}
}

// noted prints a note.
func noted(n oracle.Note) string {
	if n.Since != nil {
		return fmt.Sprintf("%s, %s before", n.Text, short(*n.Since))
	}
	return cmp.Or(n.Text, absent)
}
