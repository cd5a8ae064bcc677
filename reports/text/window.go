package text

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports/lane"
)

// limit keeps the entries that the reader wants to see: within the window, of
// the chosen nodes, and all faults. It returns how many are before and after
// the window. What is gathered may begin before it, and reach into it.
func (l *list) limit() (before, after int) {
	var kept []*entry
	for _, e := range l.entries {
		switch {
		case e.fault == "" && !l.View.shows(e.node):
		case max(e.at, e.until) < l.from:
			before++
			l.faultAt = lastFault([]*entry{e}, l.faultAt)
		case e.at > l.to:
			after++
		default:
			kept = append(kept, e)
		}
	}
	l.entries = kept
	return before, after
}

// lastFault returns the instant of the last fault among entries, or else.
func lastFault(entries []*entry, otherwise time.Duration) time.Duration {
	for _, e := range entries {
		if e.state == lane.Applied {
			otherwise = e.at
		}
	}
	return otherwise
}

// layout decides how wide the columns are.
func (l *list) layout() {
	var nodes []string
	for _, e := range l.entries {
		l.time = max(l.time, len(l.instant(e.at)))
		if e.fault == "" && e.node != "" && !slices.Contains(nodes, e.node) {
			nodes = append(nodes, e.node)
		}
	}
	l.names = map[string]string{"": absent}
	for i, name := range l.cut(nodes, l.Width/nodeShare) {
		l.names[nodes[i]] = name
	}
	for _, name := range l.names { // order: the widest
		l.node = max(l.node, l.width(name))
	}
	l.since = len("+123.456s")
	if l.fine() {
		l.since = len("+123.456789s")
	}
	l.columns = newColumns(l.page, l.members, l.clients)
}

// fine reports whether instants need microseconds to be told apart.
func (l *list) fine() bool { return l.to-l.from < time.Second && l.to < 1000*time.Second }

// instant prints a point of time.
func (l *list) instant(at time.Duration) string {
	if l.fine() {
		return fmt.Sprintf("%.6fs", at.Seconds())
	}
	return instant(at)
}

// span prints a time since a fault.
func (l *list) span(d time.Duration) string {
	if l.fine() {
		return fmt.Sprintf("%.6fs", d.Seconds())
	}
	return short(d)
}

// beyond says how many lines are outside of the window.
func (l *list) beyond(lines int, where string) {
	if lines > 0 {
		l.line(span{fmt.Sprintf("… %s %s", count(lines, "line"), where), dim})
	}
}

// narrowed says what of the run the timeline shows, if that is not all.
func (p *page) narrowed(t *timeline) {
	var shown []string
	if t.zoomed() {
		shown = append(shown, fmt.Sprintf("%s to %s", brief(t.from), brief(t.to)))
	}
	switch n := len(p.View.Nodes); {
	case n == 1:
		shown = append(shown, "only node "+p.View.Nodes[0])
	case n > 1:
		shown = append(shown, "only nodes "+strings.Join(p.View.Nodes, ", "))
	}
	if len(shown) > 0 {
		p.line()
		p.wrapped(nil, []span{{"Timeline: " + strings.Join(shown, ", ") + ". Measures and verdict are of the whole run.", dim}})
	}
}
