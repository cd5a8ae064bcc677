package oracle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Forwarding is the size of one member's forwarding table while it owned the
// virtual IP of a self-balanced group.
type Forwarding struct {
	Node      string        `json:"node"`
	Interface string        `json:"interface"`
	Most      int           `json:"most"`    // entries
	MostAt    time.Duration `json:"most_at"` // the first time
	Last      int           `json:"last"`    // when it last was the owner, or at the end
	// Samples are the entries at even instants, the last of them at the end of the
	// run; -1 while it was not the owner.
	Samples []int `json:"samples"`
}

// forwardingSamples is how many samples of a table there are: a line's worth.
const forwardingSamples = 12

// forwardings follows the tables of owners.
type forwardings struct {
	scene *scene
	all   []*forwardingOf
	next  int // the number of samples that have been taken
}

// forwardingOf is one member's table.
type forwardingOf struct {
	Forwarding
	owner bool
}

func newForwardings(s *scene) recorder { return &forwardings{scene: s} }

var forwardingReads = event.SetOf(event.BalanceTable{}, event.StandbyChanged{}, event.PowerChanged{})

// reads implements fold.
func (*forwardings) reads() event.Set { return forwardingReads }

// Observe implements fold.
func (f *forwardings) Observe(e event.Event) {
	f.sample(e.At, false)
	switch b := e.What.(type) {
	case event.BalanceTable:
		one := f.of(e.Node, b.Interface)
		if one.Last = b.Entries; b.Entries > one.Most {
			one.Most, one.MostAt = b.Entries, e.At
		}
		one.owner = true
	case event.StandbyChanged, event.PowerChanged:
		for _, one := range f.all {
			if m := f.scene.roster.Find(one.Node, one.Interface); m != nil {
				one.owner = one.owner && m.Owns()
			}
		}
	}
}

// of returns the table of a member. Before its first event it was no owner.
func (f *forwardings) of(node, iface string) *forwardingOf {
	for _, one := range f.all {
		if one.Node == node && one.Interface == iface {
			return one
		}
	}
	one := &forwardingOf{Forwarding: Forwarding{Node: node, Interface: iface}}
	one.Samples = slices.Repeat([]int{-1}, f.next)
	f.all = append(f.all, one)
	return one
}

// sample takes the samples that are due before an instant, or with it.
func (f *forwardings) sample(now time.Duration, with bool) {
	every := f.scene.facts.Duration / forwardingSamples
	for every > 0 && f.next < forwardingSamples {
		if due := time.Duration(f.next+1) * every; due > now || due == now && !with {
			return
		}
		f.next++
		for _, one := range f.all {
			entries := -1
			if one.owner {
				entries = one.Last
			}
			one.Samples = append(one.Samples, entries)
		}
	}
}

// Finish implements fold.
func (f *forwardings) Finish(end time.Duration) { f.sample(end, true) }

func (f *forwardings) record(to *Measures) {
	to.Forwarding = make([]Forwarding, 0, len(f.all))
	for _, one := range f.all {
		to.Forwarding = append(to.Forwarding, one.Forwarding)
	}
	slices.SortStableFunc(to.Forwarding, func(a, b Forwarding) int {
		return cmp.Or(cmp.Compare(a.Node, b.Node), cmp.Compare(a.Interface, b.Interface))
	})
}

var (
	forwardingMost = &Column{"forwarding-most", "largest forwarding table", "largest", Count, Freely}
	forwardingAt   = &Column{"forwarding-at", "forwarding table largest at", "at", Instant, Freely}
	forwardingLast = &Column{"forwarding-last", "last forwarding table", "last", Count, Freely}
)

func forwardingTable(m *Measures) Table {
	t := Table{
		Title: "Forwarding tables of owners, in connections", Names: []string{"member"},
		Columns: []*Column{forwardingMost, forwardingAt, forwardingLast}, Notes: []string{"over time"},
	}
	for _, f := range m.Forwarding {
		r := row(f.Node + "." + f.Interface)
		r.count(forwardingMost, f.Most)
		r.span(forwardingAt, f.MostAt)
		r.count(forwardingLast, f.Last)
		r.Notes = []Note{{Text: samples(f.Samples)}}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// samples lists sizes; a dot stands for none.
func samples(all []int) string {
	var s []string
	for _, n := range all {
		text := "·"
		if n >= 0 {
			text = strconv.Itoa(n)
		}
		s = append(s, text)
	}
	return strings.Join(s, " ")
}
