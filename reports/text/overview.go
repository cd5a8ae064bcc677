package text

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/sim/oracle"
)

// overview is the part of the page in which time runs to the right.
type overview struct {
	*page
	*timeline
	label int           // columns of the labels
	cells int           // columns of time
	span  time.Duration // of one column
	used  [lane.States]bool

	holders []string // all that had an address
}

const noBreak = "\u00a0"

// labelShare is the part of the width that labels may take: one fifth.
const labelShare = 5

// overview draws the lanes and their legend.
func (p *page) overview(t *timeline) {
	o := &overview{page: p, timeline: t, label: len("faults")}
	draw := map[*lane.Lane]func(*lane.Lane) []span{}
	var lanes []*lane.Lane
	var labels []string
	for _, sort := range []struct {
		lanes []*lane.Lane
		cells func(*lane.Lane) []span
	}{{t.members, o.stateCells}, {t.addresses, o.holderCells}, {t.clients, o.clientCells}} {
		for _, l := range sort.lanes {
			lanes, labels, draw[l] = append(lanes, l), append(labels, l.Label), sort.cells
		}
	}
	labels = p.cut(labels, p.Width/labelShare)
	for _, label := range labels {
		o.label = max(o.label, p.width(label))
	}
	o.cells = p.Width - o.label - 2
	o.span = (t.to-t.from)/time.Duration(o.cells) + 1
	o.holders = holdersOf(t.addresses)
	p.line()
	o.axis()
	for i, l := range lanes {
		o.row(labels[i], draw[l](l))
	}
	if len(t.faults) > 0 {
		o.row("faults", o.faultCells())
	}
	if len(t.omitted) > 0 {
		p.line(span{"and " + strings.Join(t.omitted, ", "), dim})
	}
	o.legend()
}

// cell returns the column of an instant; the nearest if it is not drawn.
func (o *overview) cell(at time.Duration) int {
	return min(int((max(at, o.from)-o.from)/o.span), o.cells-1)
}

func (o *overview) row(label string, cells []span) {
	o.line(append([]span{{o.pad(label, o.label+2, false), plain}}, cells...)...)
}

// holderMax is the width of a holder's name on the lane of an address, unless
// twice the name has room.
const holderMax = 7

// holdersOf are all that had an address.
func holdersOf(addresses []*lane.Lane) []string {
	var holders []string
	for _, l := range addresses {
		for _, s := range l.Steps {
			for name := range strings.SplitSeq(s.Holder, "+") {
				if !slices.Contains(holders, name) {
					holders = append(holders, name)
				}
			}
		}
	}
	return holders
}

// holder returns the names of those that have an address, as long as there is
// room for; empty if there is too little. Half of a+b would read as a alone.
func (o *overview) holder(joined string, room int) string {
	if 2*o.width(joined) <= room {
		return joined
	}
	names := strings.Split(joined, "+")
	each := min((room+1)/len(names)-1, holderMax)
	if len(names) == 1 {
		each = min(room, holderMax)
	}
	if each < 1 {
		return ""
	}
	short := o.cut(o.holders, each)
	for i, name := range names {
		if at := slices.Index(o.holders, name); at >= 0 {
			names[i] = short[at]
		}
	}
	if joined = strings.Join(names, "+"); o.width(joined) > room {
		return ""
	}
	return joined
}

// tick is the time between two labels of the axis: round, and at least so many
// columns wide that labels do not touch.
func (o *overview) tick() time.Duration {
	const columns = 10
	least := o.span * columns
	for unit := time.Microsecond; unit < time.Minute; unit *= 10 {
		for _, n := range []time.Duration{1, 2, 5} {
			if unit*n >= least && unit*n < time.Minute {
				return unit * n
			}
		}
	}
	for _, round := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 20 * time.Minute,
		time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour} {
		if round >= least {
			return round
		}
	}
	day := 24 * time.Hour
	return (least + day - 1) / day * day
}

func (o *overview) axis() {
	tick := o.tick()
	labels, line := make([]rune, 0, o.cells), make([]span, o.cells)
	for i := range line {
		line[i] = span{"─", dim}
	}
	for at := (o.from + tick - 1) / tick * tick; at <= o.to; at += tick {
		label := []rune(brief(at))
		cell := o.cell(at)
		if cell+len(label) > o.cells || cell < len(labels) {
			break
		}
		for len(labels) < cell {
			labels = append(labels, ' ')
		}
		labels = append(labels, label...)
		line[cell] = span{"┼", dim}
		if !o.Unicode {
			line[cell].text = "+"
		}
	}
	o.row("", []span{{string(labels), dim}})
	o.row("", line)
}

// drawn turns marks into spans and remembers them for the legend.
func (o *overview) drawn(cells []lane.State) []span {
	spans := make([]span, len(cells))
	for i, m := range cells {
		o.used[m] = true
		spans[i] = drawnAs(m, o.Unicode)
	}
	return spans
}

// columns calls f for each column with the steps that fall into it and the one
// that held before, if there was one.
func (o *overview) columns(l *lane.Lane, f func(cell int, before *lane.Step, within []lane.Step)) {
	next, end := 0, len(l.Steps)
	for next < end && l.Steps[next].At < o.from {
		next++
	}
	for end > next && l.Steps[end-1].At > o.to {
		end--
	}
	for cell := range o.cells {
		first := next
		for next < end && o.cell(l.Steps[next].At) <= cell {
			next++
		}
		var before *lane.Step
		if first > 0 {
			before = &l.Steps[first-1]
		}
		f(cell, before, l.Steps[first:next])
	}
}

// stateCells shows the state at the end of each column, or that there were too
// many to show.
func (o *overview) stateCells(l *lane.Lane) []span {
	cells := make([]lane.State, o.cells)
	o.columns(l, func(cell int, before *lane.Step, within []lane.Step) {
		switch {
		case len(within) > 2:
			cells[cell] = lane.Several
		case len(within) > 0:
			cells[cell] = within[len(within)-1].State
		case before != nil:
			cells[cell] = before.State
		}
	})
	return o.drawn(cells)
}

// holderCells shows who had an address: the name, and a bar behind it. That
// several had it shows in every column in which they did, however short.
func (o *overview) holderCells(l *lane.Lane) []span {
	cells, holders := make([]lane.State, o.cells), make([]string, o.cells)
	o.columns(l, func(cell int, before *lane.Step, within []lane.Step) {
		if len(within) > 2 {
			cells[cell] = lane.Several
			return
		}
		if len(within) > 0 {
			before = &within[len(within)-1]
		}
		if before != nil {
			cells[cell], holders[cell] = before.State, before.Holder
		}
	})
	for _, s := range l.Shared(o.total) {
		if s.To <= o.from || s.From > o.to {
			continue
		}
		for cell := o.cell(s.From); cell <= o.cell(s.To-1); cell++ {
			cells[cell], holders[cell] = lane.Contested, s.Holder
		}
	}
	spans := o.drawn(cells)
	for from := 0; from < o.cells; {
		to := from
		for to < o.cells && holders[to] == holders[from] && cells[to] == cells[from] {
			to++
		}
		if holders[from] != "" {
			write(spans[from:to], o.holder(holders[from], to-from))
		}
		from = to
	}
	return spans
}

// clientCells shows the worst of each column, and the outage with its length.
func (o *overview) clientCells(l *lane.Lane) []span {
	cells := make([]lane.State, o.cells)
	o.columns(l, func(cell int, _ *lane.Step, within []lane.Step) {
		for _, s := range within {
			cells[cell] = max(cells[cell], s.State)
		}
	})
	spansOf := func(g oracle.Outage) (int, int) { return o.cell(g.From), o.cell(max(g.From, g.To-1)) + 1 }
	outages := slices.DeleteFunc(slices.Clone(l.Outages), func(g oracle.Outage) bool { return g.To <= o.from || g.From > o.to })
	for _, g := range outages {
		from, to := spansOf(g)
		for i := from; i < to; i++ {
			cells[i] = lane.Outage
		}
	}
	spans := o.drawn(cells)
	for _, g := range outages {
		from, to := spansOf(g)
		label := o.clean(short(g.Duration))
		if to-from >= utf8.RuneCountInString(label)+4 {
			label = " " + label + " "
		}
		if room := to - from - utf8.RuneCountInString(label); room >= 2 {
			write(spans[from+room/2:to], label)
		}
	}
	return spans
}

func (o *overview) faultCells() []span {
	cells := make([]lane.State, o.cells)
	for _, s := range o.faults {
		if !o.within(s.at) {
			continue
		}
		if cell := &cells[o.cell(s.at)]; *cell != lane.Applied {
			*cell = s.state
		}
	}
	return o.drawn(cells)
}

// write puts text over the first spans, a character each, in their ink.
func write(spans []span, text string) {
	for i, r := range []rune(text) {
		spans[i].text = string(r)
	}
}

// legend explains the marks that were drawn.
func (o *overview) legend() {
	var body []span
	for s := range lane.States {
		if !o.used[s] || unexplained[s] {
			continue
		}
		sign := drawnAs(s, o.Unicode)
		name := strings.ReplaceAll(sign.text+" "+s.String(), " ", noBreak)
		body = append(body, span{name, sign.ink}, span{"   ", plain})
	}
	if len(body) > 0 {
		o.wrapped([]span{{strings.Repeat(" ", o.label+2), plain}}, body)
	}
}
