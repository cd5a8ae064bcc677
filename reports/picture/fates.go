package picture

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Sizes of the picture of connections.
const (
	fateRow     = 20
	faultsDrawn = 12 // faults that found connections
)

// fateLooks are the fates of connections, from the best to the worst.
var fateLooks = []struct{ name, class string }{
	{"kept", "c-kept"}, {"idle afterwards", "c-idle"}, {"lost otherwise", "c-otherwise"},
	{"lost", "c-lost"}, {"lost: reset", "c-reset"}, {"lost: timed out", "c-timeout"}, {"lost: at the wrong member", "c-misrouted"},
}

// fateBar is a bar: connections of one age, by their fates.
type fateBar struct {
	label  string
	counts [7]int // as in fateLooks
}

func (b fateBar) sum() (n int) {
	for _, c := range b.counts {
		n += c
	}
	return n
}

// fateGroup is the bars of one fault.
type fateGroup struct {
	title string
	bars  []fateBar
}

// fates draws what became of the connections that each fault found, by age.
func fates(_ *Record, s *scene) []Figure {
	groups, omitted := fateGroups(&s.Measures)
	most := 0
	for _, g := range groups {
		for _, b := range g.bars {
			most = max(most, b.sum())
		}
	}
	if most == 0 {
		return nil
	}
	c := &canvas{width: pictureWidth}
	const left = gutter + 90
	room := c.width - margin - left - 60 // for the number behind the bar
	y := 16.0
	used := map[int]bool{}
	table := Table{Columns: []Column{{"fault", false}, {"age", false}}}
	for _, look := range fateLooks {
		table.Columns = append(table.Columns, Column{look.name, true})
	}
	for _, g := range groups {
		c.text("lane", 8, y, atStart, shorten(g.title, c.width-16))
		y += 8
		for _, b := range g.bars {
			c.text("tick", left-8, y+12, atEnd, b.label)
			x := float64(left)
			row := []string{g.title, b.label}
			for i, n := range b.counts {
				row = append(row, strconv.Itoa(n))
				if n == 0 {
					continue
				}
				used[i] = true
				width := room * float64(n) / float64(most)
				c.rect(fateLooks[i].class, x, y, max(width-1, 1), fateRow-5, fmt.Sprintf("%s, %s: %d %s", g.title, b.label, n, fateLooks[i].name))
				if label := strconv.Itoa(n); wide(label) < width-4 {
					c.text("in "+fateLooks[i].class+"-text", x+width/2, y+11, atMiddle, label)
				}
				x += width
			}
			c.text("tick", x+6, y+12, atStart, strconv.Itoa(b.sum()))
			table.Rows = append(table.Rows, row)
			y += fateRow
		}
		y += 18
	}
	var keys []key
	for i, look := range fateLooks {
		if used[i] {
			keys = append(keys, key{name: look.name, class: look.class})
		}
	}
	height := c.legend(keys, y)
	about := "What became of the connections that were established when each fault hit, by their age then. Numbers are those of the table of measures: a connection was kept if it carried an answered request afterwards; idle ones had nothing to do; what was lost to another fault was lost otherwise."
	if omitted > 0 {
		about += fmt.Sprintf(" %d more faults are left out.", omitted)
	}
	return []Figure{{Name: "connections", Title: "Connections by age and fate", About: about, Drawing: c.html(height, "fates of connections by fault and age"), Table: table.cut()}}
}

// fateGroups collects the bars of all faults that found connections: by how
// long these had been established, then those to self-balanced addresses by who
// terminated them and how many segments their clients had sent.
func fateGroups(m *oracle.Measures) (groups []fateGroup, omitted int) {
	for _, f := range m.Connections {
		if f.Established == 0 {
			continue
		}
		if len(groups) >= faultsDrawn {
			omitted++
			continue
		}
		g := fateGroup{title: f.Fault + ", at " + text.Instant(f.At)}
		for _, a := range m.ByAge {
			if a.Fault == f.Fault && a.At == f.At {
				g.bars = append(g.bars, fateBar{ageOf(a), [7]int{a.Kept, a.Idle, a.LostOtherwise, a.Lost}})
			}
		}
		groups = append(groups, g)
		balanced := fateGroup{title: g.title + ": self-balanced, by who terminated them and segments of the client"}
		for _, a := range m.Survival {
			if a.Fault == f.Fault && a.At == f.At {
				label := a.Terminated + ", " + strings.ReplaceAll(a.Age, "-", " ")
				balanced.bars = append(balanced.bars, fateBar{label, [7]int{a.Kept, a.Unused, a.Otherwise, 0, a.Reset, a.TimedOut, a.Misrouted}})
			}
		}
		if len(balanced.bars) > 0 {
			groups = append(groups, balanced)
		}
	}
	return groups, omitted
}

// ageOf is a class of ages in words.
func ageOf(a oracle.ByAge) string {
	switch {
	case a.Under == 0:
		return text.Brief(a.From) + " and more"
	case a.From == 0:
		return "under " + text.Brief(a.Under)
	}
	return text.Brief(a.From) + " to " + text.Brief(a.Under)
}
