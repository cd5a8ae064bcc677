package oracle

import (
	"cmp"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// takeovers follows each virtual IP from member to member.
type takeovers struct {
	roster  *Roster
	vips    map[string]*ownership
	order   []string // of vips, in the order in which they were first gained
	fault   string
	faultAt time.Duration
	found   []*Takeover
}

// ownership is what is known of one virtual IP.
type ownership struct {
	owner   string // the last node it moved to
	claim   string // node that last claimed it on the wire
	claimAt time.Duration
	handed  handover // the last one that does not belong to a takeover yet
	moves   []*Takeover
}

// handover is a change of the node that serves a virtual IP.
type handover struct {
	from, to string
	at, gap  time.Duration
}

func newTakeovers(s *scene) recorder {
	return &takeovers{roster: s.roster, vips: map[string]*ownership{}}
}

func (t *takeovers) of(vip string) *ownership {
	o := t.vips[vip]
	if o == nil {
		o = &ownership{}
		t.vips[vip] = o
		t.order = append(t.order, vip)
	}
	return o
}

// Observe implements fold.
func (t *takeovers) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.FaultApplied:
		t.fault, t.faultAt = b.Fault, e.At
	case event.VIPGained:
		t.follow(b.VIP, e.At)
	case event.VIPLost:
		t.lost(b.VIP, e.At)
	case event.PowerChanged:
		if b.State.Lost() {
			for _, vip := range t.order {
				t.lost(vip, e.At)
			}
		}
	case event.VIPClaimed:
		t.claimed(t.of(b.VIP), e)
	case event.VIPServed:
		t.served(t.of(b.VIP), e, b)
	}
}

// follow moves a virtual IP to its most recent holder, unless it is already
// there. It returns the takeover that this begins, or nil.
func (t *takeovers) follow(vip string, at time.Duration) *Takeover {
	o, holders := t.of(vip), t.roster.Holders(vip)
	if len(holders) == 0 {
		return nil
	}
	to := holders[len(holders)-1].Node
	if to == o.owner {
		return nil
	}
	return t.moved(vip, o, to, at)
}

// lost follows a virtual IP that a node gave up. If that node was the owner and
// another node also has the address, it moves there. The log does not hold the
// frames in which the other node goes on claiming the address, unless a third
// claimed it in between. One of those frames made the owner yield, unless it
// just went down.
func (t *takeovers) lost(vip string, at time.Duration) {
	if m := t.follow(vip, at); m != nil && !m.Detected {
		m.Detected, m.Detection = true, at-m.FaultAt
	}
}

// moved begins a takeover by a node that was not the owner.
func (t *takeovers) moved(vip string, o *ownership, to string, at time.Duration) *Takeover {
	m := &Takeover{VIP: vip, From: o.owner, To: to, At: at, Fault: t.fault, FaultAt: t.faultAt}
	o.owner = to
	if o.claim == to && o.claimAt >= m.FaultAt { // a coup comes before the address
		m.Detected, m.Detection = true, o.claimAt-m.FaultAt
	}
	// The old owner may give up the address when the new one, which never lost it,
	// is already serving.
	if h := o.handed; h.from == m.From && h.to == to && h.from != "" && h.at >= m.FaultAt {
		m.Served, m.Gap = true, h.gap
	}
	o.handed = handover{}
	o.moves = append(o.moves, m)
	t.found = append(t.found, m)
	return m
}

// claimed completes the newest takeover if it is the claimant's.
func (t *takeovers) claimed(o *ownership, e event.Event) {
	o.claim, o.claimAt = e.Node, e.At
	if len(o.moves) == 0 {
		return
	}
	if m := o.moves[len(o.moves)-1]; m.To == e.Node && !m.Detected {
		m.Detected, m.Detection = true, e.At-m.FaultAt
	}
}

// served completes the newest takeover between the two servers. If another node
// has served since, the earlier handover is void.
func (t *takeovers) served(o *ownership, e event.Event, b event.VIPServed) {
	o.handed = handover{}
	for _, m := range slices.Backward(o.moves) {
		if m.To == e.Node && m.From == b.Previous && m.From != "" {
			if !m.Served {
				m.Served, m.Gap = true, e.At-b.PreviousAt
			}
			return
		}
	}
	o.handed = handover{b.Previous, e.Node, e.At, e.At - b.PreviousAt}
}

// record stores the takeovers in order. Those before any fault have no
// detection.
func (t *takeovers) record(to *Measures) {
	all := make([]Takeover, 0, len(t.found))
	for _, m := range t.found {
		if m.Fault == "" {
			m.Detected, m.Detection = false, 0
		}
		all = append(all, *m)
	}
	to.Takeovers = all
}

// Finish implements fold.
func (t *takeovers) Finish(time.Duration) {}

var (
	takeoverAt        = &Column{"takeover-at", "takeover at", "at", Instant, Freely}
	takeoverSince     = &Column{"takeover-after-fault", "takeover after the fault", "", Span, WithTime}
	takeoverDetection = &Column{"takeover-detection", "detection", "detection", Span, WithTime}
	takeoverGap       = &Column{"takeover-gap", "takeover gap", "takeover", Span, WithTime}
)

func takeoverTable(m *Measures) Table {
	t := Table{
		Title: "Takeovers", Names: []string{"vip", "from", "to"}, Notes: []string{"fault"},
		Columns: []*Column{takeoverAt, takeoverSince, takeoverDetection, takeoverGap},
	}
	for _, o := range m.Takeovers {
		r := Row{
			Of: o.VIP + " " + cmp.Or(o.From, "nobody") + " → " + o.To, Names: []string{o.VIP, o.From, o.To}, Notes: []Note{{}},
		}
		since := o.At - o.FaultAt
		if o.Fault != "" {
			r.Of += ", " + o.Fault
			r.Notes[0] = Note{o.Fault, &since}
		}
		r.span(takeoverAt, o.At)
		if o.Fault != "" {
			r.span(takeoverSince, since)
		}
		if o.Detected {
			r.span(takeoverDetection, o.Detection)
		}
		if o.Served {
			r.span(takeoverGap, o.Gap)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}
