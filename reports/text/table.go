package text

import (
	"fmt"
	"strings"
)

// table is aligned columns under a heading.
type table struct {
	title string
	head  []string
	left  []bool // by column: text, which is aligned at its left; figures are not
	rows  [][]span
	most  int // rows that a page shows
}

// rowsMax bounds most tables of a page.
const rowsMax = 16

// newTable makes a table. A column whose name begins with < is of text.
func newTable(title string, head ...string) *table {
	t := &table{title: title, most: rowsMax}
	for _, h := range head {
		name, left := strings.CutPrefix(h, "<")
		t.head = append(t.head, name)
		t.left = append(t.left, left)
	}
	return t
}

// row adds a row of plain cells.
func (t *table) row(cells ...string) {
	spans := make([]span, len(cells))
	for i, c := range cells {
		spans[i] = span{c, plain}
	}
	t.inked(spans)
}

// inked adds a row.
func (t *table) inked(cells []span) { t.rows = append(t.rows, cells) }

// table prints a table that has rows. A last column of text is wrapped, other
// text is cut where it must be.
func (p *page) table(t *table) {
	if len(t.rows) == 0 {
		return
	}
	rows := t.rows[:min(len(t.rows), t.most)]
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = p.width(h)
		for _, row := range rows {
			widths[i] = max(widths[i], p.width(row[i].text))
		}
	}
	p.fit(t, widths)
	p.heading(t.title)
	head := make([]span, len(t.head))
	for i, h := range t.head {
		head[i] = span{h, dim}
	}
	p.cells(t, widths, head)
	for _, row := range rows {
		p.cells(t, widths, row)
	}
	if more := len(t.rows) - len(rows); more > 0 {
		p.line(span{fmt.Sprintf("  and %d more", more), dim})
	}
}

// fit makes columns of text narrower until the table fits the page.
func (p *page) fit(t *table, widths []int) {
	const textMin = 8 // columns that text keeps
	total := 0
	for _, w := range widths {
		total += w + len("  ")
	}
	for total > p.Width {
		widest := -1
		for i, left := range t.left {
			if left && widths[i] > textMin && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return
		}
		widths[widest]--
		total--
	}
}

func (p *page) cells(t *table, widths []int, row []span) {
	var head []span
	for i, cell := range row {
		gap := "  "
		if separator := row[i].text; i > 0 && (isSeparator(separator) || isSeparator(row[i-1].text)) {
			gap = " "
		}
		if i == len(row)-1 && t.left[i] {
			p.wrapped(append(head, span{gap, plain}), []span{cell})
			return
		}
		head = append(head, span{gap + p.pad(p.shorten(cell.text, widths[i]), widths[i], !t.left[i]), cell.ink})
	}
	p.line(head...)
}

// isSeparator tells the columns between the parts of a sum, which stand closer.
func isSeparator(text string) bool { return text == "=" || text == "+" }
