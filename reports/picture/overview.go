package picture

import (
	"fmt"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports/lane"
	"github.com/cablepull/cablepull/reports/text"
)

// Sizes of the overview, in units of a picture.
const (
	laneHeight = 22
	barHeight  = 14
	lanesMax   = 40 // of a sort
)

// overview draws the lanes of members, addresses and clients, with the faults.
func overview(_ *Record, s *scene) []Figure {
	t := s.lanes
	if len(t.Members)+len(t.Addresses)+len(t.Clients)+len(t.Faults) == 0 {
		return nil
	}
	o := &lanes{canvas: &canvas{width: pictureWidth}, scale: newScale(t.Total), end: t.Total}
	y, left := o.faults(t.Faults)
	members, noMembers := lane.Most(t.Members, lanesMax)
	addresses, noAddresses := lane.Most(t.Addresses, lanesMax)
	clients, noClients := lane.Most(t.Clients, lanesMax)
	bottom := y + laneHeight*float64(len(members)+len(addresses)+len(clients)) + 8
	o.shade(o.scale, t.Faults, y-2, bottom)
	o.axis(o.scale, y-2, bottom)
	for _, l := range members {
		o.name(l, y)
		o.spans(l, y)
		y += laneHeight
	}
	for _, l := range addresses {
		o.name(l, y)
		o.spans(l, y)
		y += laneHeight
	}
	for _, l := range clients {
		o.name(l, y)
		o.client(l, y)
		y += laneHeight
	}
	height := o.legend(o.keys(), bottom+axisHeight+14)
	about := "What became of each member, of each virtual IP and of each client. Shaded times are faults."
	if n := noMembers + noAddresses + noClients; n > 0 {
		about += fmt.Sprintf(" %d lanes to which less happened are left out.", n)
	}
	if left > 0 {
		about += fmt.Sprintf(" %d faults have no bar, because there are too many at once; they are shaded, and in the table.", left)
	}
	return []Figure{{
		Name: "overview", Title: "Overview", About: about,
		Drawing: o.html(height, "lanes of members, virtual IPs and clients over time"),
		Table:   laneTable(t),
	}}
}

// lanes is an overview under construction.
type lanes struct {
	*canvas
	scale scale
	end   time.Duration
	used  [lane.States]bool
}

func (o *lanes) name(l *lane.Lane, y float64) {
	o.text("lane", gutter-10, y+barHeight-2, atEnd, shorten(l.Label, gutter-14))
}

// classes are the classes of the style sheet for states.
var classes = [lane.States]string{
	lane.Initial: "s-initial", lane.Learn: "s-learn", lane.Listen: "s-listen", lane.Speak: "s-speak", lane.Standby: "s-standby",
	lane.Active: "s-active", lane.Off: "s-off", lane.Booting: "s-booting", lane.Frozen: "s-frozen",
	lane.Held: "s-held", lane.Contested: "s-contested", lane.Nobody: "s-nobody",
	lane.Answered: "s-answered", lane.Failing: "s-failing", lane.Outage: "s-outage",
}

// spans draws a member or an address.
func (o *lanes) spans(l *lane.Lane, y float64) {
	for _, s := range l.Spans(o.end) {
		if s.State == lane.Blank {
			continue
		}
		o.used[s.State] = true
		left, right := o.scale.x(s.From), o.scale.x(s.To)
		name, what := s.State.String(), s.State.String()
		if s.Holder != "" {
			name, what = s.Holder, what+" by "+s.Holder
		}
		title := fmt.Sprintf("%s: %s, from %s to %s, %s", l.Label, what, text.Instant(s.From), text.Instant(s.To), text.Short(s.To-s.From))
		o.rect(classes[s.State], left, y, max(right-left, 1), barHeight, title)
		if label := shorten(name, right-left-6); label == name {
			o.text("in "+classes[s.State]+"-text", (left+right)/2, y+barHeight-3, atMiddle, name)
		}
	}
}

// client draws a client: when it was answered, failures, outages.
func (o *lanes) client(l *lane.Lane, y float64) {
	o.used[lane.Answered] = o.answered(l, y+barHeight/2-1.5, 3) || o.used[lane.Answered]
	for _, out := range l.Outages {
		o.used[lane.Outage] = true
		left, right := o.scale.x(out.From), o.scale.x(out.To)
		o.rect(classes[lane.Outage], left, y, max(right-left, 1.5), barHeight,
			fmt.Sprintf("%s: outage of %s, from %s to %s", l.Label, text.Short(out.Duration), text.Instant(out.From), text.Instant(out.To)))
		if label := text.Short(out.Duration); wide(label) < right-left-4 {
			o.text("in s-outage-text", (left+right)/2, y+barHeight-3, atMiddle, label)
		}
	}
	last := -10.0
	for _, step := range l.Steps {
		x := o.scale.x(step.At)
		if step.State != lane.Failing || x-last < 1 || l.At(step.At) == lane.Outage {
			continue // an outage says it already
		}
		o.used[lane.Failing] = true
		o.line(classes[lane.Failing], x, y, x, y+barHeight)
		last = x
	}
}

// answered draws when a client was answered, and whether it ever was. Times
// between which there is no room become one.
func (o *lanes) answered(l *lane.Lane, y, thick float64) bool {
	all := answers(l.Steps)
	for i := 0; i < len(all); {
		left, right := o.scale.x(all[i].From), o.scale.x(all[i].To)
		for i++; i < len(all) && o.scale.x(all[i].From)-right < 0.5; i++ {
			right = o.scale.x(all[i].To)
		}
		o.rect(classes[lane.Answered], left, y, max(right-left, 1), thick, "")
	}
	return len(all) > 0
}

// answers returns the times in which a client was answered and nothing failed.
func answers(steps []lane.Step) []lane.Span {
	var all []lane.Span
	going := false
	for _, s := range steps {
		switch {
		case s.State != lane.Answered:
			going = false
		case going:
			all[len(all)-1].To = s.At
		default:
			all = append(all, lane.Span{From: s.At, To: s.At, State: lane.Answered})
			going = true
		}
	}
	return all
}

// faults draws a bar for each fault, in rows in which no two touch, and returns
// where they end, and how many found no row.
func (o *lanes) faults(all []lane.Fault) (bottom float64, left int) {
	const top, rowHeight, rowsMax = 4, 17, 10
	var ends []float64
	for i, f := range all {
		from, right := o.scale.x(f.At), o.scale.x(f.Until)
		label := strconv.Itoa(i+1) + "  " + f.Line
		begin, finish := from, max(right, from+8+wide(label))
		textAt, a := from+5, atStart
		if finish > o.width {
			label = shorten(label, o.width-8)
			textAt, a = from-5, atEnd
			begin, finish = from-10-wide(label), right
			if begin < 0 {
				textAt, a = 2, atStart
				begin, finish = 0, max(right, 4+wide(label))
			}
		}
		row := 0
		for row < len(ends) && ends[row] > begin {
			row++
		}
		if row >= rowsMax {
			left++
			continue
		}
		if row == len(ends) {
			ends = append(ends, 0)
		}
		ends[row] = finish + 6
		y := float64(top + row*rowHeight)
		o.rect("fault-bar", from, y, max(right-from, 2), rowHeight-3, lasting(f))
		o.text("fault-text", textAt, y+letterAbove+1, a, label)
	}
	return float64(top + len(ends)*rowHeight + 8), left
}

// keys are the entries of the legend for the states that were drawn.
func (o *lanes) keys() []key {
	var all []key
	for s, used := range o.used {
		if used {
			all = append(all, key{name: lane.State(s).String(), class: classes[s]})
		}
	}
	return all
}

// laneTable lists the states of members and addresses, and the outages.
func laneTable(t *lane.Timeline) Table {
	table := Table{Columns: []Column{{"lane", false}, {"state", false}, {"from", true}, {"to", true}, {"for", true}}}
	add := func(name, state string, from, to time.Duration) {
		table.Rows = append(table.Rows, []string{name, state, text.Instant(from), text.Instant(to), text.Short(to - from)})
	}
	for i, f := range t.Faults {
		add("fault "+strconv.Itoa(i+1), f.Line, f.At, f.Until)
	}
	for _, l := range append(append([]*lane.Lane{}, t.Members...), t.Addresses...) {
		for _, s := range l.Spans(t.Total) {
			if s.State != lane.Blank {
				name := s.State.String()
				if s.Holder != "" {
					name += " by " + s.Holder
				}
				add(l.Label, name, s.From, s.To)
			}
		}
	}
	for _, l := range t.Clients {
		for _, out := range l.Outages {
			add(l.Label, lane.Outage.String(), out.From, out.To)
		}
	}
	return table.cut()
}

// cut leaves out rows that are too many, and says so.
func (t Table) cut() Table {
	if n := len(t.Rows) - tableMax; n > 0 {
		t.Rows = t.Rows[:tableMax]
		t.Omitted = fmt.Sprintf("and %d more rows", n)
	}
	return t
}
