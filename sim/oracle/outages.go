package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// outages finds the times in which clients had no answers.
type outages struct {
	scene   *scene
	marks   *marks
	clients []*client
	byNode  map[string]*client
}

// client is one client's answers so far.
type client struct {
	Client
	primary  string // virtual IP that names the target's group; empty: no group
	answered bool
	last     time.Duration // the last answer; before the first one, set so that an answer is due at the start
	seen     int           // how many marks there were at last
	worst    Outage
	gaps     []Outage
}

func newOutages(s *scene) recorder {
	o := &outages{scene: s, marks: newMarks(), byNode: map[string]*client{}}
	for _, c := range s.facts.Clients {
		o.add(c)
	}
	return o
}

func (o *outages) add(c Client) *client {
	added := &client{Client: c, primary: o.scene.facts.primary(c.Target), last: c.Start - c.Interval}
	added.worst = Outage{Client: c.Node, From: c.Start, To: c.Start}
	o.clients = append(o.clients, added)
	o.byNode[c.Node] = added
	return added
}

// Observe implements fold.
func (o *outages) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.RequestSent:
		if o.byNode[e.Node] == nil { // a client that is not in the facts
			o.add(Client{Node: e.Node, Start: e.At})
		}
	case event.RequestAnswered:
		if c := o.byNode[e.Node]; c != nil && b.Status < 500 {
			if c.answered {
				o.close(c, e.At, false)
			}
			c.answered, c.last, c.seen = true, e.At, len(o.marks.all)
		}
	default:
		o.marks.observe(e, o.scene.roster)
	}
}

// close measures the gap that ends at the instant to.
func (o *outages) close(c *client, to time.Duration, open bool) {
	from := min(c.last+c.Interval, to)
	out := Outage{Client: c.Node, From: from, To: to, Open: open, Duration: to - from}
	worth, worst := c.Lists(out.Duration), out.Duration > c.worst.Duration
	if worth || worst {
		o.split(c, &out)
	}
	if worth {
		c.gaps = append(c.gaps, out)
	}
	if worst {
		c.worst = out
	}
}

// split decomposes an outage by the marks since the last answer.
func (o *outages) split(c *client, out *Outage) {
	if c.primary == "" {
		out.Retry = out.Duration
		return
	}
	t := o.marks.timetable(c, out.To, o.scene.roster.Group(c.primary))
	at := out.From
	for _, part := range []struct {
		until time.Duration
		span  *time.Duration
	}{
		{t.noticed, &out.Detection}, {t.elected, &out.Election}, {t.announced, &out.Announcement},
		{t.reached, &out.Neighbour}, {out.To, &out.Retry},
	} {
		until := min(max(part.until, at), out.To)
		*part.span = until - at
		at = until
	}
}

// Finish implements fold.
func (o *outages) Finish(end time.Duration) {
	for _, c := range o.clients {
		to := end
		if c.Stop > 0 {
			to = min(end, c.Stop)
		}
		if c.last+c.Interval < to {
			o.close(c, to, true)
		}
	}
}

// record stores the longest outage of each client, and all that are long enough
// to list.
func (o *outages) record(to *Measures) { to.Outages, to.Gaps = o.longest(), o.gaps() }

// longest returns the worst outage of each client, by instant and name.
func (o *outages) longest() []Outage {
	all := make([]Outage, 0, len(o.clients))
	for _, c := range o.clients {
		all = append(all, c.worst)
	}
	return byInstant(all)
}

// gaps returns all that are long enough to list, by instant and name.
func (o *outages) gaps() []Outage {
	all := []Outage{}
	for _, c := range o.clients {
		all = append(all, c.gaps...)
	}
	return byInstant(all)
}

func byInstant(all []Outage) []Outage {
	slices.SortFunc(all, func(a, b Outage) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Client, b.Client))
	})
	return all
}

// OutageMin is the shortest outage that deserves attention.
const OutageMin = 5 * time.Millisecond

// Columns of each client's longest outage, which is compared between worlds.
var longestColumns = []*Column{
	{"outage", "outage", "outage", Span, WithTime},
	{"outage-detection", "of it detection", "detection", Span, WithTime},
	{"outage-election", "of it election", "election", Span, WithTime},
	{"outage-announcement", "of it announcement", "announce", Span, WithTime},
	{"outage-neighbour", "of it neighbour", "neighbour", Span, WithTime},
	{"outage-retry", "of it retry", "retry", Span, WithTime},
}

// Columns of all outages.
var gapColumns = []*Column{
	{"gap", "gap", "outage", Span, Freely},
	{"gap-detection", "of the gap detection", "detection", Span, Freely},
	{"gap-election", "of the gap election", "election", Span, Freely},
	{"gap-announcement", "of the gap announcement", "announce", Span, Freely},
	{"gap-neighbour", "of the gap neighbour", "neighbour", Span, Freely},
	{"gap-retry", "of the gap retry", "retry", Span, Freely},
}

func longestTable(m *Measures) Table {
	return outageTable("Longest outages", longestColumns, m.Outages)
}

// gapTable lists all outages, if a client had several.
func gapTable(m *Measures) Table {
	if len(m.Gaps) <= len(m.Outages) {
		return Table{}
	}
	return outageTable("All outages", gapColumns, m.Gaps)
}

func outageTable(title string, columns []*Column, all []Outage) Table {
	t := Table{Title: title, Names: []string{"client"}, Columns: columns, Sum: true}
	for _, o := range all {
		r := row(o.Client)
		for i, d := range []time.Duration{o.Duration, o.Detection, o.Election, o.Announcement, o.Neighbour, o.Retry} {
			f := r.span(columns[i], d)
			if i == 0 {
				f.Open = o.Open
				if d >= OutageMin {
					f.Tone = Bad
				}
			}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
