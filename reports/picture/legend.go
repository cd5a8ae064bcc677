package picture

import (
	"cmp"
	"maps"
	"slices"
)

// key is an entry of a legend: how something is drawn, and what it is.
type key struct {
	name  string
	class string
	shape string // a path around 0, 0; empty: a swatch
}

// legend writes the entries from y on, as many in a row as fit, and returns
// where the picture ends.
func (c *canvas) legend(keys []key, y float64) (bottom float64) {
	const swatch, apart = 18, 22
	x := float64(gutter)
	for _, k := range keys {
		if need := swatch + wide(k.name); x > gutter && x+need > c.width-margin {
			x, y = gutter, y+18
		}
		if k.shape == "" {
			c.rect(k.class, x, y-8, 12, 9, "")
		} else {
			c.tag("path", "", "class", k.class, "d", k.shape, "transform", "translate("+num(x+6)+" "+num(y-4)+")")
		}
		c.text("key", x+swatch, y, atStart, k.name)
		x += swatch + wide(k.name) + apart
	}
	return y + 10
}

// marksUsed are the entries for the outcomes that happened.
func marksUsed(q *requests) []key {
	var all []key
	for o, n := range q.count {
		if n > 0 {
			all = append(all, key{marks[o].name, marks[o].class, marks[o].shape(0, 0, 3.2)})
		}
	}
	return all
}

// sortedCells are the cells of an outcome in a fixed order.
func sortedCells(cells map[cell]int, o outcome) []cell {
	keys := slices.SortedFunc(maps.Keys(cells), func(a, b cell) int {
		return cmp.Or(cmp.Compare(a.column, b.column), cmp.Compare(a.row, b.row), cmp.Compare(a.outcome, b.outcome))
	})
	return slices.DeleteFunc(keys, func(k cell) bool { return k.outcome != o })
}
