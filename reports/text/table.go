package text

import (
	"fmt"
	"slices"
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
	widths := p.widths(t)
	p.fit(t.left, widths, p.Width-len("  ")*len(widths))
	p.heading(t.title)
	head := make([]span, len(t.head))
	for i, h := range t.head {
		head[i] = span{h, dim}
	}
	p.cells(t, widths, head)
	for _, row := range p.cutColumns(t, widths) {
		p.cells(t, widths, row)
	}
	if more := len(t.rows) - len(t.shown()); more > 0 {
		p.line(span{fmt.Sprintf("  and %d more", more), dim})
	}
}

// shown are the rows for which there is room.
func (t *table) shown() [][]span { return t.rows[:min(len(t.rows), t.most)] }

// widths are those of the columns, if nothing is cut.
func (p *page) widths(t *table) []int {
	widths := make([]int, len(t.head))
	for i, h := range t.head {
		widths[i] = p.width(h)
		for _, row := range t.shown() {
			widths[i] = max(widths[i], p.width(row[i].text))
		}
	}
	return widths
}

// fit makes columns of text narrower until all have room.
func (p *page) fit(left []bool, widths []int, room int) {
	const textMin = 8 // columns that text keeps
	total := 0
	for _, w := range widths {
		total += w
	}
	for total > room {
		widest := -1
		for i, text := range left {
			if text && widths[i] > textMin && (widest < 0 || widths[i] > widths[widest]) {
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

// cutColumns returns the rows that are shown. Texts are cut so that they can
// still be told apart; those of the last column are wrapped instead.
func (p *page) cutColumns(t *table, widths []int) [][]span {
	rows := make([][]span, len(t.shown()))
	for j, row := range t.shown() {
		rows[j] = slices.Clone(row)
	}
	for i := range len(t.head) - 1 {
		if !t.left[i] {
			continue
		}
		texts := make([]string, len(rows))
		for j, row := range rows {
			texts[j] = row[i].text
		}
		for j, text := range p.cutColumn(texts, widths[i], i == 0) {
			rows[j][i].text = text
		}
	}
	return rows
}

// cutColumn cuts texts to a width. Phrases read best from their beginning,
// unless they differ at the end only.
func (p *page) cutColumn(texts []string, width int, phrases bool) []string {
	whole := map[string]string{}
	short := make([]string, len(texts))
	for i, text := range texts {
		short[i] = p.shorten(text, width)
		if other, known := whole[short[i]]; !phrases || known && other != text {
			return p.cut(texts, width)
		}
		whole[short[i]] = text
	}
	return short
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
