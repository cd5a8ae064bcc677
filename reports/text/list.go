package text

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// gatherSpan is how long after the last of its sort an event still joins the
// line of the first.
const gatherSpan = 5 * time.Second

// entry is a line of the list: what happened to one node at one instant, or a
// fault.
type entry struct {
	at    time.Duration
	node  string
	kind  string // of the first event, for the summary of what is left out
	spans []span
	fault string
	state lane.State // of a fault
	count int        // of gathered events
	until time.Duration
}

// list is the part of the page in which time runs downwards.
type list struct {
	*page
	*timeline
	entries  []*entry
	roster   *oracle.Roster    // at the instant of the present event
	virtual  map[string]bool   // IP addresses that are virtual
	gathered map[string]*entry // by node and key: the last one
	weights  map[string]int    // of members for services
	columns  *columns          // of the lanes
	names    map[string]string // of nodes: as short as there is room for
	node     int               // columns of the node
	time     int               // columns of the instant
	since    int               // columns of the time since the last fault
	faultAt  time.Duration     // of the last fault that was drawn; -1: none
}

const (
	nodeShare     = 8 // the part of the width that names of nodes may take: an eighth
	separatorSize = 2
)

// newList folds the events and outages of a run into entries.
func newList(p *page, r *reports.Result, t *timeline) *list {
	l := &list{page: p, timeline: t, roster: oracle.NewRoster(oracle.Facts{}), virtual: map[string]bool{}, gathered: map[string]*entry{}, weights: map[string]int{}, faultAt: -1}
	for _, address := range t.addresses {
		l.virtual[address.Label] = true
	}
	for _, e := range r.Events {
		l.roster.Observe(e)
		l.take(e)
	}
	l.takeOutages(r)
	slices.SortStableFunc(l.entries, func(a, b *entry) int { return cmp.Compare(a.at, b.at) })
	return l
}

// list draws the transitions of a run.
func (p *page) list(r *reports.Result, t *timeline) {
	l := newList(p, r, t)
	before, after := l.limit()
	if len(l.entries) == 0 && before+after == 0 {
		return
	}
	p.line()
	l.layout()
	l.beyond(before, "before "+l.instant(t.from))
	head, tail := l.entries, []*entry(nil)
	if len(l.entries) > p.Lines {
		head, tail = l.entries[:p.Lines*3/5], l.entries[len(l.entries)-p.Lines*2/5:]
	}
	l.drawAll(head)
	if len(tail) > 0 {
		between := l.entries[len(head) : len(l.entries)-len(tail)]
		l.leftOut(between)
		l.faultAt = lastFault(between, l.faultAt)
		l.drawAll(tail)
	}
	l.beyond(after, "after "+l.instant(t.to))
}

// take adds an event to the list, or to a line that is there already.
func (l *list) take(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		l.entries = append(l.entries, &entry{at: e.At, fault: b.Fault, state: lane.Applied, kind: "fault"})
		return
	case event.FaultHealed:
		l.entries = append(l.entries, &entry{at: e.At, fault: "healed: " + b.Fault, state: lane.Healed, kind: "fault"})
		return
	}
	n, ok := l.describe(e)
	if !ok {
		return
	}
	key := e.Node + "\x00" + n.key
	if last := l.gathered[key]; n.key != "" && last != nil && e.At-last.until <= gatherSpan {
		last.count++
		last.until = e.At
		return
	}
	if n.key == "" && len(l.entries) > 0 {
		last := l.entries[len(l.entries)-1]
		if last.at == e.At && last.node == e.Node && last.fault == "" && last.count == 0 {
			last.join(n.spans)
			return
		}
	}
	added := &entry{at: e.At, node: e.Node, kind: e.What.Kind(), spans: n.spans}
	l.entries = append(l.entries, added)
	if n.key != "" {
		added.count, added.until = 1, e.At
		l.gathered[key] = added
	}
}

// join adds what else happened to the node at the same instant.
func (e *entry) join(spans []span) {
	last := &e.spans[len(e.spans)-1]
	address, gained := strings.CutPrefix(last.text, gains)
	if announced, ok := strings.CutPrefix(spans[0].text, announces); ok && gained && announced == address {
		last.text = gains + "and " + announces + address
		return
	}
	e.spans = append(append(e.spans, span{"; ", dim}), spans...)
}

// drawAll prints entries. The lanes are headed at the beginning, and again
// after each fault.
func (l *list) drawAll(entries []*entry) {
	headed := false
	for _, e := range entries {
		if e.fault != "" {
			if e.state == lane.Applied {
				l.faultAt = e.at
			}
			l.drawFault(e)
			headed = false
			continue
		}
		if !headed {
			l.columns.draw(l.page, l.time+l.since+2*separatorSize)
			headed = true
		}
		l.draw(e)
	}
}

// draw prints what happened to a node.
func (l *list) draw(e *entry) {
	since := ""
	if l.faultAt >= 0 {
		since = "+" + l.span(e.at-l.faultAt)
	}
	head := []span{
		{l.pad(l.instant(e.at), l.time, true) + "  ", plain},
		{l.pad(since, l.since, true) + "  ", dim},
	}
	head = append(head, l.columns.states(l.page, e.at)...)
	head = append(head, span{l.pad(l.names[e.node], l.node+separatorSize, false), bold})
	body := e.spans
	if e.count > 1 {
		body = append(body, span{fmt.Sprintf(" ×%d until %s", e.count, l.instant(e.until)), dim})
	}
	l.wrapped(head, body)
}

// drawFault prints a mark across the page.
func (l *list) drawFault(e *entry) {
	rule, how := "━", marks[e.state].ink
	if e.state == lane.Healed {
		rule = "─"
	}
	text := l.pad(l.instant(e.at), l.time, true) + "  " + strings.Repeat(rule, l.since) + "  "
	text += l.shorten(e.fault, l.Width-l.width(text)-4) + "  "
	l.line(span{text, how}, span{strings.Repeat(rule, max(l.Width-l.width(text), 2)), how})
}

// leftOut says what is missing in the middle.
func (l *list) leftOut(entries []*entry) {
	kinds := map[string]int{}
	for _, e := range entries {
		kinds[e.kind]++
	}
	var counts []string
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		counts = append(counts, fmt.Sprintf("%d %s", kinds[kind], kind))
	}
	head := fmt.Sprintf("… %d lines left out, from %s to %s: ", len(entries), l.instant(entries[0].at), l.instant(entries[len(entries)-1].at))
	l.line()
	l.wrapped([]span{{"  ", plain}}, []span{{head + strings.Join(counts, ", ") + "; all are in " + reports.EventsFile, dim}})
	l.line()
}
