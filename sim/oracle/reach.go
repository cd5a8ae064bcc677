package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// reach is which owner of its address a client's requests arrive at, and what
// became of them there, since its last answer.
type reach struct {
	address *address
	ways    []way // the one in force at the last answer, and all since
	spans   []span
	usual   time.Duration // from asking to the last answer

	connections map[uint64]*demand
	requests    pending[demand]
}

// way is where the client's segments go from an instant on.
type way struct {
	event.PathChanged
	at time.Duration
}

// span is a time in which the segments of a client arrive at one owner that may
// act, or at none.
type span struct {
	from  time.Duration
	owner *tenure // nil: none
	// since is the last instant at which they went elsewhere, or at which the owner
	// could not act: what was asked up to then tells nothing about it.
	since time.Duration
	via   string // the machine that sends them to the owner; empty: the way did not change
	// What was asked at failFrom was the first, and what failed at failTo the last
	// that failed. What was asked at hangFrom had no answer when the span ended.
	failed, hangs            bool
	failFrom, failTo, hangAt time.Duration
}

// demand is an attempt to open a connection, or a request.
type demand struct {
	began       time.Duration
	established bool
	owner       *tenure // who accepted the connection
}

func newReach(a *address) *reach {
	return &reach{
		address: a, spans: []span{{}},
		connections: map[uint64]*demand{},
	}
}

// observe notes what the client logs.
func (r *reach) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.PathChanged:
		if b.IP == r.address.ip {
			r.ways = append(r.ways, way{b, e.At})
			r.turn(e.At, true)
		}
	case event.ConnOpened:
		r.connections[b.Conn] = &demand{began: e.At}
	case event.ConnEstablished:
		if c := r.connections[b.Conn]; c != nil {
			c.established, c.owner = true, r.now().owner
		}
	case event.ConnClosed:
		if c := r.connections[b.Conn]; c != nil && !c.established {
			r.fail(e.At, *c)
		}
		delete(r.connections, b.Conn)
	case event.RequestSent:
		asked := demand{began: e.At}
		if c := r.connections[b.Conn]; c != nil {
			asked.established, asked.owner = true, c.owner
		}
		r.requests.set(b.Request, asked)
	case event.RequestFailed:
		if asked, sent := r.requests.get(b.Request); sent {
			r.fail(e.At, asked)
			r.requests.delete(b.Request)
		}
	case event.PowerChanged:
		if b.State.Lost() {
			clear(r.connections)
			r.requests.clear()
		}
	}
}

func (r *reach) now() *span { return &r.spans[len(r.spans)-1] }

// turn begins a new span if the client's segments arrive at another owner than
// before, or at none: because of the way they go, or because of the owners.
func (r *reach) turn(at time.Duration, byWay bool) {
	next := span{from: at, since: at - 1}
	if last := len(r.ways) - 1; last >= 0 {
		w := r.ways[last]
		if w.Lost == "" {
			next.owner = r.address.owner(w.To)
		}
		if byWay {
			next.since, next.via = w.PreviousAt, w.Via
		}
	}
	if next.owner == r.now().owner {
		return
	}
	r.hang(at)
	r.spans = append(r.spans, next)
}

// counts reports whether something asked tells about the owner that it is asked
// of now: nothing of it went elsewhere, and its connection is not one that
// another owner accepted.
func (r *reach) counts(d demand) bool {
	s := r.now()
	return s.owner != nil && d.began > s.since && (!d.established || d.owner == s.owner)
}

// fail notes that something asked failed.
func (r *reach) fail(at time.Duration, d demand) {
	if !r.counts(d) {
		return
	}
	s := r.now()
	if !s.failed || d.began < s.failFrom {
		s.failFrom = d.began
	}
	s.failed, s.failTo = true, at
}

// hang notes what has been without an answer for longer than usual.
func (r *reach) hang(at time.Duration) {
	s := r.now()
	s.hangs = false
	note := func(d demand) {
		since := d.began + r.usual
		if r.counts(d) && since < at && (!s.hangs || since < s.hangAt) {
			s.hangs, s.hangAt = true, since
		}
	}
	if s.owner == nil {
		return
	}
	r.requests.each(note)             // in any order: the earliest counts
	for _, d := range r.connections { // order: the earliest counts
		if !d.established {
			note(*d)
		}
	}
}

// answered notes a good answer: what came before explains no outage any more.
func (r *reach) answered(at time.Duration, request uint64) {
	if asked, sent := r.requests.get(request); sent {
		r.usual = at - asked.began
		r.requests.delete(request)
	}
	current := *r.now()
	current.failed, current.hangs = false, false
	r.spans = append(r.spans[:0], current)
	if last := len(r.ways) - 1; last > 0 {
		r.ways = append(r.ways[:0], r.ways[last])
	}
}
