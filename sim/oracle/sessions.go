package oracle

import (
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Sessions counts how the sessions of one client were served.
type Sessions struct {
	Client   string `json:"client"`
	Sessions int    `json:"sessions"` // that got a good answer
	Requests int    `json:"requests"` // that got one
	Moved    int    `json:"moved"`    // sessions that more than one server has served
	Moves    int    `json:"moves"`    // requests that another server has served than the one before
}

// sessions follows them.
type sessions struct {
	clients map[string]*clientSessions
}

type clientSessions struct {
	Sessions
	last  map[int]string // by number of the session
	moved map[int]bool
}

func newSessions(*scene) recorder { return &sessions{map[string]*clientSessions{}} }

var sessionReads = event.SetOf(event.SessionServed{})

// reads implements fold.
func (*sessions) reads() event.Set { return sessionReads }

// Observe implements fold.
func (f *sessions) Observe(e event.Event) {
	b, is := e.What.(event.SessionServed)
	if !is {
		return
	}
	c := f.clients[e.Node]
	if c == nil {
		c = &clientSessions{Sessions{Client: e.Node}, map[int]string{}, map[int]bool{}}
		f.clients[e.Node] = c
	}
	c.Requests++
	if last, known := c.last[b.Session]; known && last != b.By {
		c.Moves++
		c.moved[b.Session] = true
	}
	c.last[b.Session] = b.By
}

// Finish implements fold.
func (f *sessions) Finish(time.Duration) {}

func (f *sessions) record(to *Measures) {
	to.Sessions = make([]Sessions, 0, len(f.clients))
	for _, name := range sorted(f.clients) {
		c := f.clients[name]
		c.Sessions.Sessions, c.Moved = len(c.last), len(c.moved)
		to.Sessions = append(to.Sessions, c.Sessions)
	}
}

var (
	sessionCount    = &Column{"sessions", "sessions", "sessions", Count, WithDue}
	sessionRequests = &Column{"session-requests", "requests of sessions", "requests", Count, WithDue}
	sessionMoved    = &Column{"sessions-moved", "sessions that moved", "moved", Count, WithDue}
	sessionMoves    = &Column{"session-moves", "moves of sessions", "moves", Count, WithDue}
)

func sessionTable(m *Measures) Table {
	t := Table{
		Title: "Sessions", Names: []string{"client"},
		Columns: []*Column{sessionCount, sessionRequests, sessionMoved, sessionMoves},
	}
	for _, s := range m.Sessions {
		r := row(s.Client)
		r.count(sessionCount, s.Sessions)
		r.count(sessionRequests, s.Requests)
		r.count(sessionMoved, s.Moved).bad()
		r.count(sessionMoves, s.Moves)
		t.Rows = append(t.Rows, r)
	}
	return t
}
