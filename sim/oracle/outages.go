package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// outages finds the times in which clients had no answers.
type outages struct {
	scene     *scene
	clients   []*client
	byNode    map[string]*client
	addresses []*address
	kept      int // signs that were kept when they were last counted
}

// client is one client's answers so far.
type client struct {
	Client
	asked    bool // it has sent a request
	answered bool
	ended    bool          // no request is due any more
	last     time.Duration // the last answer; before the first one, set so that an answer is due at the start
	first    time.Duration // when the first request was due, as far as it was sent or has ended; never: none was
	reach    *reach
	asking   asking // of users
	worst    Outage
	gaps     []Outage
}

// answerMax is how long after a client's last request an answer may come.
const answerMax = time.Hour

// signsMin is how many signs are kept before old ones are dropped.
const signsMin = 256

func newOutages(s *scene) recorder {
	o := &outages{scene: s, byNode: map[string]*client{}, kept: signsMin}
	for _, c := range s.facts.Clients {
		o.add(c)
	}
	return o
}

func (o *outages) add(c Client) *client {
	added := &client{Client: c, last: c.Start - c.Interval, first: never, reach: newReach(o.address(c))}
	added.worst = Outage{Client: c.Node, From: c.Start, To: c.Start}
	o.clients = append(o.clients, added)
	o.byNode[c.Node] = added
	return added
}

// address returns what is known of the address that a client asks.
func (o *outages) address(c Client) *address {
	for _, a := range o.addresses {
		if a.ip == c.Target {
			return a
		}
	}
	a := &address{
		ip: c.Target, primary: o.scene.facts.primary(c.Target), server: c.Server,
		macs: map[string]string{}, inFlight: o.scene.facts.Transit + queueing,
	}
	a.update(0, o.scene.roster)
	o.addresses = append(o.addresses, a)
	return a
}

var outageReads = event.SetOf(
	event.RequestSent{}, event.RequestAnswered{}, event.RequestFailed{}, event.ConnOpened{},
	event.ConnEstablished{}, event.ConnClosed{}, event.PathChanged{}, event.StandbyChanged{},
	event.VIPGained{}, event.VIPLost{}, event.VIPAnnounced{}, event.VIPClaimed{}, event.NeighbourChanged{},
	event.PowerChanged{},
)

// reads implements fold.
func (*outages) reads() event.Set { return outageReads }

// Observe implements fold.
func (o *outages) Observe(e event.Event) {
	c := o.byNode[e.Node]
	if c != nil && c.Users > 0 {
		c.asking.observe(e)
	}
	switch b := e.What.(type) {
	case event.RequestSent:
		if c == nil { // a client that is not in the facts
			c = o.add(Client{Node: e.Node, Start: e.At})
		}
		c.asked, c.first = true, min(c.first, e.At)
		c.reach.observe(e)
		return // it says nothing about addresses
	case event.RequestAnswered:
		if c != nil && b.Status < 500 {
			c.first = min(c.first, e.At-b.Latency)
			if c.answered || o.struck(c) {
				o.close(c, e.At, false)
			}
			c.answered, c.last = true, e.At
			c.asking.answered(b)
			c.reach.answered(e.At, b.Request)
			return
		}
	case event.RequestFailed:
		if c != nil {
			c.first = min(c.first, e.At-b.After)
		}
	}
	if c != nil {
		c.reach.observe(e)
	}
	o.follow(e)
}

// struck reports whether something broke before the client's first answer. Its
// answers are missing from then on, or from when the first was due: until then,
// the cluster may have started.
func (o *outages) struck(c *client) bool {
	at := o.scene.history.struck
	if at == never {
		return false
	}
	c.last = max(c.last, max(at, c.first)-c.Interval)
	return true
}

// follow notes what happens to the addresses.
func (o *outages) follow(e event.Event) {
	signs := 0
	for _, a := range o.addresses {
		if a.observe(e, o.scene.roster) {
			a.update(e.At, o.scene.roster)
			for _, c := range o.clients {
				if c.reach.address == a {
					c.reach.turn(e.At, false)
				}
			}
		}
		signs += a.signs()
	}
	if signs > 2*o.kept {
		o.forget(e.At)
	}
}

// forget drops what happened before the last answers of all clients.
func (o *outages) forget(now time.Duration) {
	before := now
	for _, c := range o.clients {
		if c.Stop > 0 && now > c.Stop+answerMax {
			o.end(c)
		}
		if !c.ended {
			before = min(before, c.last)
		}
	}
	o.kept = signsMin
	for _, a := range o.addresses {
		a.forget(before)
		o.kept = max(o.kept, a.signs())
	}
}

// close measures the gap that ends at the instant to.
func (o *outages) close(c *client, to time.Duration, open bool) {
	from := min(c.due(to), to)
	out := Outage{Client: c.Node, From: from, To: to, Open: open, Duration: to - from}
	worth, worst := c.Lists(out.Duration), out.Duration > c.worst.Duration
	if worth || worst {
		o.divide(c, &out)
	}
	if worth {
		c.gaps = append(c.gaps, out)
	}
	if worst {
		c.worst = out
	}
}

// due returns when the next answer after the last one is due, seen from the
// instant now. Users who think need no answer.
func (c *client) due(now time.Duration) time.Duration {
	if c.Users == 0 {
		return c.last + c.Interval
	}
	return max(c.last, c.asking.due(now))
}

// Finish implements fold.
func (o *outages) Finish(end time.Duration) {
	for _, c := range o.clients {
		if c.Stop == 0 || c.Stop > end {
			c.Stop = end
		}
		o.end(c)
	}
}

// end closes the outage of a client of which no request is due any more.
func (o *outages) end(c *client) {
	if !c.ended && c.due(c.Stop) < c.Stop {
		o.close(c, c.Stop, true)
	}
	c.ended = true
}

// record stores the longest outage of each client, and all that are long enough
// to list.
func (o *outages) record(to *Measures) { to.Outages, to.Gaps = o.longest(), o.gaps() }

// longest returns the worst outage of each client, by instant and name. A
// client that was never to ask anything had none, not one of no time.
func (o *outages) longest() []Outage {
	all := make([]Outage, 0, len(o.clients))
	for _, c := range o.clients {
		if c.asked || c.worst.Duration > 0 {
			all = append(all, c.worst)
		}
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
	slices.SortStableFunc(all, func(a, b Outage) int {
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
	{"outage-service", "of it service", "service", Span, WithTime},
	{"outage-retry", "of it retry", "retry", Span, WithTime},
}

// Columns of all outages.
var gapColumns = []*Column{
	{"gap", "gap", "outage", Span, Freely},
	{"gap-detection", "of the gap detection", "detection", Span, Freely},
	{"gap-election", "of the gap election", "election", Span, Freely},
	{"gap-announcement", "of the gap announcement", "announce", Span, Freely},
	{"gap-neighbour", "of the gap neighbour", "neighbour", Span, Freely},
	{"gap-service", "of the gap service", "service", Span, Freely},
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
		for i, d := range []time.Duration{o.Duration, o.Detection, o.Election, o.Announcement, o.Neighbour, o.Service, o.Retry} {
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
