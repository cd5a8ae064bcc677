package picture

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/cablepull/cablepull/reports/text"
)

// stateClasses are the classes of what machines think of each other.
var stateClasses = []struct{ name, class string }{
	{"up", "v-up"}, {"softdown", "v-softdown"}, {"trying", "v-softdown"}, {"drain", "v-drain"},
	{"down", "v-down"}, {"disabled", "v-off"}, {"maint", "v-off"}, {"removed", "v-off"},
}

func stateClass(state string) string {
	for _, s := range stateClasses {
		if s.name == state {
			return s.class
		}
	}
	return "machine-unknown"
}

// watched draws what balancers, groups, probes and tracking members think of
// those that they watch.
func watched(rec *Record, s *scene) []Figure {
	lanes := slices.Clone(rec.gauges.lanes)
	if len(lanes) == 0 {
		return nil
	}
	place := map[string]int{}
	for i, node := range s.Nodes {
		place[node] = i
	}
	slices.SortStableFunc(lanes, func(a, b *stateLane) int {
		return cmp.Or(cmp.Compare(place[a.node], place[b.node]), cmp.Compare(a.node, b.node), cmp.Compare(a.of, b.of))
	})
	about := "What balancers, load-balancer groups, proxies, checks and tracked objects report of those that they watch: up or down, from their own first report on."
	if n := len(lanes) - lanesMax; n > 0 {
		ranked := slices.Clone(lanes)
		slices.SortStableFunc(ranked, func(a, b *stateLane) int { return cmp.Compare(len(b.entries), len(a.entries)) })
		lanes = slices.DeleteFunc(lanes, func(l *stateLane) bool { return !slices.Contains(ranked[:lanesMax], l) })
		about += fmt.Sprintf(" %d lanes that change less often are left out.", n)
	}
	const left = gutter + 150 // names of lanes are long
	c := &canvas{width: pictureWidth}
	x := newScale(s.lanes.Total)
	x.left = left
	bottom := 8 + laneHeight*float64(len(lanes)) + 8
	c.shade(x, s.lanes.Faults, 4, bottom)
	c.axis(x, 4, bottom)
	used := map[string]bool{}
	table := Table{Columns: []Column{{"machine", false}, {"watches", false}, {"state", false}, {"from", true}, {"to", true}}}
	for i, l := range lanes {
		y := 8 + laneHeight*float64(i)
		c.text("lane", left-10, y+barHeight-2, atEnd, shorten(l.node+": "+l.of, left-14))
		for _, e := range l.spans(s.lanes.Total) {
			used[e.mac] = true
			c.state(x, y, l, e)
			table.Rows = append(table.Rows, []string{l.node, l.of, e.mac, text.Instant(e.from), text.Instant(e.to)})
		}
	}
	var keys []key
	for _, known := range stateClasses {
		if used[known.name] {
			keys = append(keys, key{name: known.name, class: known.class})
		}
	}
	height := c.legend(keys, bottom+axisHeight+14)
	return []Figure{{Name: "watched", Title: "Up and down", About: about, Drawing: c.html(height, "states of watched machines over time"), Table: table.cut()}}
}

// spans are the states of a lane; that of several workers is the last report of
// any.
func (l *stateLane) spans(total time.Duration) (all []reached) {
	for i, e := range l.entries {
		to := total
		if i+1 < len(l.entries) {
			to = l.entries[i+1].at
		}
		if n := len(all); n > 0 && all[n-1].mac == e.mac {
			all[n-1].to = to
		} else if to > e.at || i+1 == len(l.entries) {
			all = append(all, reached{from: e.at, to: to, mac: e.mac})
		}
	}
	return all
}

func (c *canvas) state(x scale, y float64, l *stateLane, e reached) {
	left, width := x.x(e.from), max(x.x(e.to)-x.x(e.from), 1)
	class := stateClass(e.mac)
	c.rect(class, left, y, width, barHeight, fmt.Sprintf("%s: %s is %s, from %s to %s", l.node, l.of, e.mac, text.Instant(e.from), text.Instant(e.to)))
	if wide(e.mac) < width-6 {
		c.text("in "+class+"-text", left+width/2, y+barHeight-3, atMiddle, e.mac)
	}
}
