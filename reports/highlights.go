package reports

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Highlights selects, while a run goes on, the events that the timeline of a
// long run needs: the same timeline as with all events. It leaves out traffic
// that goes well. Of a client's answers it keeps those that end an outage,
// those next to a failure, and so many of the others that each column of a
// timeline has one.
type Highlights struct {
	window  Window
	apart   time.Duration // answers that are kept though nothing happens
	closer  time.Duration // the same within the window
	clients map[string]*highlighted
	events  []event.Event
}

// highlighted is what is known of one client.
type highlighted struct {
	oracle.Client
	begun   bool
	lastAt  time.Duration // of the last answer
	longest time.Duration // time between two answers

	keptAt  time.Duration // instant of the last answer that was kept
	failing bool          // since then
	pending *event.Event  // answer that is kept if no other follows soon
}

// columnsMax is the number of columns of the widest timeline.
const columnsMax = 200

// Window is a part of a run. The zero Window is all of it.
type Window struct {
	From, To time.Duration // since the start of the run; To 0: until its end
}

// NewHighlights returns the highlights of a run that has not begun.
func NewHighlights(f oracle.Facts) *Highlights { return NewHighlightsWithin(f, Window{}) }

// NewHighlightsWithin returns the highlights of a run that has not begun, of
// which a timeline will show the window.
func NewHighlightsWithin(f oracle.Facts, w Window) *Highlights {
	if w.To == 0 {
		w.To = f.Duration
	}
	// Half a column: any column with answers has one that is kept, or the last of
	// them has none behind it for so long that it is kept.
	const half = columnsMax * 2
	h := &Highlights{window: w, apart: f.Duration / half, closer: (w.To - w.From) / half, clients: map[string]*highlighted{}}
	for _, c := range f.Clients {
		h.clients[c.Node] = newHighlighted(c)
	}
	return h
}

// apartAt is how far apart answers are that are kept at an instant.
func (h *Highlights) apartAt(at time.Duration) time.Duration {
	if h.window.From <= at && at <= h.window.To {
		return h.closer
	}
	return h.apart
}

func newHighlighted(c oracle.Client) *highlighted {
	return &highlighted{Client: c, lastAt: -1, keptAt: -1}
}

// Observe takes in the next event.
func (h *Highlights) Observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ConnEstablished, event.ConnAccepted, event.RequestServed,
		event.BalanceAssigned, event.BalanceTable, event.ConnAged:
	case event.ConnOpened, event.RequestSent:
		if c := h.client(e.Node); !c.begun {
			c.begun = true
			h.keep(e)
		}
	case event.RequestAnswered:
		h.answered(h.client(e.Node), e, b)
	case event.RequestFailed:
		h.failed(e)
	case event.ConnClosed:
		if b.How != "client" && b.How != "server" {
			h.failed(e)
		}
	default:
		h.keep(e)
	}
}

// Events returns the highlights so far, in order.
func (h *Highlights) Events() []event.Event {
	for _, name := range slices.Sorted(maps.Keys(h.clients)) {
		h.flush(h.clients[name])
	}
	slices.SortStableFunc(h.events, func(a, b event.Event) int { return cmp.Compare(a.At, b.At) })
	return h.events
}

func (h *Highlights) keep(e event.Event) { h.events = append(h.events, e) }

func (h *Highlights) client(node string) *highlighted {
	c := h.clients[node]
	if c == nil {
		c = newHighlighted(oracle.Client{Node: node})
		h.clients[node] = c
	}
	return c
}

func (h *Highlights) answered(c *highlighted, e event.Event, b event.RequestAnswered) {
	if c.pending != nil && e.At-c.pending.At >= h.apartAt(c.pending.At) {
		h.flush(c)
	}
	if c.keptAt < 0 || c.failing || e.At-c.keptAt >= h.apartAt(e.At) || b.Status < 500 && c.ends(e.At) {
		c.keptAt, c.failing, c.pending = e.At, false, nil
		h.keep(e)
	} else {
		c.pending = &e
	}
	if b.Status < 500 {
		if c.lastAt >= 0 {
			c.longest = max(c.longest, e.At-c.lastAt)
		}
		c.lastAt = e.At
	}
}

// ends reports whether an answer ends an outage that the measures list: a gap
// that is long enough, or the longest so far.
func (c *highlighted) ends(at time.Duration) bool {
	gap := at - c.lastAt
	missing := gap - c.Interval
	if c.Users > 0 { // an answer to one of them may be due since the last one
		missing = gap
	}
	return c.lastAt < 0 || gap > c.longest || c.Lists(missing)
}

func (h *Highlights) failed(e event.Event) {
	c := h.client(e.Node)
	h.flush(c)
	c.failing = true
	h.keep(e)
}

// flush keeps the pending answer.
func (h *Highlights) flush(c *highlighted) {
	if c.pending != nil {
		c.keptAt = c.pending.At
		h.keep(*c.pending)
		c.pending = nil
	}
}
