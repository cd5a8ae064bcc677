package text

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cablepull/cablepull/reports/lane"
)

// columns are the states of lanes within the list, one next to the other, and
// their headings: names where there is room for them, else names that run
// downwards.
type columns struct {
	sorts    [][]*lane.Lane // members, then clients
	headings [][]string     // of each lane
	downward bool
}

const (
	headingMax   = 6 // columns of a name, or lines if it runs downwards
	columnsShare = 4 // the part of the width that all of them may take: a quarter
)

// newColumns chooses the headings of lanes.
func newColumns(p *page, sorts ...[]*lane.Lane) *columns {
	c := &columns{}
	for _, lanes := range sorts {
		if len(lanes) > 0 {
			c.sorts = append(c.sorts, lanes)
		}
	}
	for width := headingMax; width > 0; width-- {
		c.head(p, width)
		if c.size() <= p.Width/columnsShare && !slices.ContainsFunc(slices.Concat(c.headings...), numbered) {
			return c
		}
	}
	c.downward = true
	c.head(p, headingMax)
	return c
}

// head chooses headings of at most width columns. A gap tells members from
// clients, so their names need not.
func (c *columns) head(p *page, width int) {
	c.headings = nil
	for _, lanes := range c.sorts {
		labels := make([]string, len(lanes))
		for i, l := range lanes {
			labels[i] = l.Label
		}
		c.headings = append(c.headings, p.differences(labels, width))
	}
}

// size is the width of all columns, with a gap behind each and one more behind
// each sort.
func (c *columns) size() int {
	size := 0
	for _, headings := range c.headings {
		for _, h := range headings {
			size += c.widthOf(h) + 1
		}
		size++
	}
	return size
}

// widthOf is the width of a lane with that heading, without the gap.
func (c *columns) widthOf(heading string) int { return max(utf8.RuneCountInString(heading), 1) }

// numbered reports whether a name was cut so short that it says nothing.
func numbered(name string) bool { return strings.Contains(name, "~") }

// draw prints the headings.
func (c *columns) draw(p *page, indent int) {
	if len(c.sorts) == 0 {
		return
	}
	lines := 1
	if c.downward {
		for _, h := range slices.Concat(c.headings...) {
			lines = max(lines, utf8.RuneCountInString(h))
		}
	}
	for line := range lines {
		text := strings.Repeat(" ", indent)
		for _, headings := range c.headings {
			for _, h := range headings {
				if !c.downward {
					text += h + " "
					continue
				}
				letters := []rune(h + strings.Repeat(" ", lines))
				text += string(letters[line])
			}
			text += strings.Repeat(" ", c.gap())
		}
		p.line(span{text, dim})
	}
}

// gap is the width between members and clients.
func (c *columns) gap() int {
	if c.downward {
		return 2
	}
	return 1
}

// states shows each lane as it is at an instant.
func (c *columns) states(p *page, at time.Duration) []span {
	var spans []span
	for i, lanes := range c.sorts {
		for j, shown := range lanes {
			spans = append(spans, drawnAs(shown.At(at), p.Unicode))
			if !c.downward {
				spans = append(spans, span{strings.Repeat(" ", c.widthOf(c.headings[i][j])), plain})
			}
		}
		spans = append(spans, span{strings.Repeat(" ", c.gap()), plain})
	}
	return spans
}
