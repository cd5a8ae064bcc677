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
// text is cut where it must be. What is still too wide continues below.
func (p *page) table(t *table) {
	if len(t.rows) == 0 {
		return
	}
	p.heading(t.title)
	for _, part := range p.fold(t) {
		p.columnsOf(part)
	}
	if more := len(t.rows) - len(t.shown()); more > 0 {
		p.line(span{fmt.Sprintf("  and %d more", more), dim})
	}
}

// columnsOf prints the head and the rows of a table.
func (p *page) columnsOf(t *table) {
	widths := p.widths(t)
	p.fit(t.left, widths, p.Width-len("  ")*len(widths))
	head := make([]span, len(t.head))
	for i, h := range t.head {
		head[i] = span{h, dim}
	}
	p.cells(t, widths, head)
	for _, row := range p.cutColumns(t, widths) {
		p.cells(t, widths, row)
	}
}

// fold divides a table that is too wide into parts below each other, which all
// begin with the texts that name the rows.
func (p *page) fold(t *table) []*table {
	const textRoom = 16 // that a text has at least, if it is that long
	widths := p.widths(t)
	size := func(column int) int {
		if t.left[column] {
			return min(widths[column], textRoom) + len("  ")
		}
		return widths[column] + len("  ")
	}
	names := 0
	for names < min(len(t.head), 2) && t.left[names] {
		names++
	}
	var parts [][]int
	used := p.Width + 1
	for column := names; column < len(t.head); column++ {
		if used += size(column); used > p.Width {
			parts, used = append(parts, nil), 0
			for name := range names {
				parts[len(parts)-1] = append(parts[len(parts)-1], name)
				used += size(name)
			}
			used += size(column)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], column)
	}
	if len(parts) < 2 {
		return []*table{t}
	}
	var folded []*table
	for _, columns := range parts {
		folded = append(folded, t.part(columns))
	}
	return folded
}

// part is a table of some columns of another one.
func (t *table) part(columns []int) *table {
	part := &table{most: t.most}
	for _, c := range columns {
		part.head, part.left = append(part.head, t.head[c]), append(part.left, t.left[c])
	}
	for _, row := range t.rows {
		var cells []span
		for _, c := range columns {
			cells = append(cells, row[c])
		}
		part.rows = append(part.rows, cells)
	}
	return part
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
