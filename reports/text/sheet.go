package text

import "github.com/cablepull/cablepull/sim/oracle"

// Sheet is a table of measures as WriteRun prints it, with all its rows.
type Sheet struct {
	Title   string
	Columns []Heading
	Rows    [][]Cell
}

// Heading is the head of a column.
type Heading struct {
	Text  string
	Right bool // figures are aligned at their right side
}

// Cell is a figure or a word.
type Cell struct {
	Text string
	Tone oracle.Tone
}

// Sheets returns the tables of what was measured, without empty ones.
func Sheets(m *oracle.Measures) []Sheet {
	var all []Sheet
	for _, t := range tables(m) {
		if len(t.rows) == 0 {
			continue
		}
		s := Sheet{Title: t.title}
		for i, head := range t.head {
			s.Columns = append(s.Columns, Heading{head, !t.left[i]})
		}
		for _, row := range t.rows {
			var cells []Cell
			for _, c := range row {
				cells = append(cells, Cell{c.text, toneOf(c.ink)})
			}
			s.Rows = append(s.Rows, cells)
		}
		all = append(all, s)
	}
	return all
}

// toneOf is what an ink means.
func toneOf(i ink) oracle.Tone {
	switch i {
	case good:
		return oracle.Good
	case bad, warn:
		return oracle.Bad
	}
	return oracle.Plain
}
