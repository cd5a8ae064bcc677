package pool

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// Config is the settings of a pool.
type Config struct {
	MaxActive          int           // the most connections
	MinIdle            int           // connections that stay open when nobody uses them
	Initial            int           // connections that are opened at the start
	MaxWait            time.Duration // for a connection; 0: forever
	TestOnBorrow       bool          // validate before lending
	ValidationInterval time.Duration // but not if the last validation is not as old as this; 0: always
	Clean              time.Duration // between two looks for connections that are idle for too long
	MinEvictableIdle   time.Duration // how long that is
}

// Pool is the state of a pool.
type Pool struct {
	cfg     Config
	conns   map[int]*conn
	idle    []*conn // the next one to lend first
	waiting []waiter
	last    int // number of the newest connection
}

// conn is a connection that is open, or is being opened.
type conn struct {
	number      int
	borrower    int           // that has it, or for whom it is opened or validated
	validated   bool          // it ever was
	validatedAt time.Duration // when the last validation that succeeded began
	validating  time.Duration // when the present one began
	idleAt      time.Duration
}

type waiter struct {
	borrower int
	due      time.Duration
}

// Event is something that happens to the pool. Borrowers have numbers of the
// caller's choice above 0.
type Event struct {
	Kind     EventKind
	Borrower int  // of Borrow
	Conn     int  // of the others
	OK       bool // of Opened and Validated
}

// EventKind says what has happened.
type EventKind uint8

// The events.
const (
	Due       EventKind = iota // the deadline has passed
	Start                      // the pool begins
	Borrow                     // somebody wants a connection
	Opened                     // what Open asked for is done, or has failed
	Validated                  // what Validate asked for is done, or has failed
	Return                     // a borrower gives a connection back
)

// Action is something that the caller has to do.
type Action struct {
	Kind     ActionKind
	Borrower int // who waits for it; Nobody: the pool
	Conn     int
}

// Nobody is the borrower of connections that are opened at the start.
const Nobody = 0

// ActionKind says what to do.
type ActionKind uint8

// The actions.
const (
	Open        ActionKind = iota // open a connection, anew if it was open
	Validate                      // send the validation query on it
	Lend                          // the borrower has the connection
	Exhausted                     // the borrower gets none: all are lent, and MaxWait has passed
	Unreachable                   // the borrower gets none: opening one has failed
	Close                         // close a connection
)

// New returns an empty pool.
func New(c Config) *Pool { return &Pool{cfg: c, conns: map[int]*conn{}} }

// Len returns how many connections are open or being opened, and Idle how many
// of them nobody has.
func (p *Pool) Len() int { return len(p.conns) }

// Idle returns how many connections nobody has.
func (p *Pool) Idle() int { return len(p.idle) }

// Waiting returns how many borrowers wait because all connections are lent.
func (p *Pool) Waiting() int { return len(p.waiting) }

// Step tells the pool what happens at an instant, and returns what to do.
func (p *Pool) Step(now time.Duration, ev Event) []Action {
	actions := p.due(now)
	c := p.conns[ev.Conn]
	switch {
	case ev.Kind == Start:
		for range p.cfg.Initial {
			actions = append(actions, p.open(Nobody))
		}
	case ev.Kind == Borrow:
		return append(actions, p.borrow(now, ev.Borrower)...)
	case c == nil: // it is closed, or a deadline
	case ev.Kind == Opened && ev.OK:
		actions = append(actions, p.lend(now, c)...)
	case ev.Kind == Opened:
		if !planted.In(planted.ConnectionNotReleased) {
			delete(p.conns, c.number)
		}
		if c.borrower != Nobody {
			actions = append(actions, Action{Unreachable, c.borrower, c.number})
		}
		actions = append(actions, p.admit(now)...)
	case ev.Kind == Validated && ev.OK:
		c.validated, c.validatedAt = true, c.validating
		actions = append(actions, p.lend(now, c)...)
	case ev.Kind == Validated:
		actions = append(actions, Action{Open, c.borrower, c.number})
	case ev.Kind == Return:
		actions = append(actions, p.back(now, c)...)
	}
	return actions
}

// borrow looks for an idle connection, then for room to open one, then waits.
func (p *Pool) borrow(now time.Duration, who int) []Action {
	switch {
	case len(p.idle) > 0:
		c := p.idle[0]
		p.idle = p.idle[1:]
		return []Action{p.check(now, c, who)}
	case len(p.conns) < p.cfg.MaxActive:
		return []Action{p.open(who)}
	}
	w := waiter{borrower: who, due: -1}
	if p.cfg.MaxWait > 0 {
		w.due = now + p.cfg.MaxWait
	}
	p.waiting = append(p.waiting, w)
	return nil
}

// open makes a connection that the borrower has to open.
func (p *Pool) open(who int) Action {
	p.last++
	p.conns[p.last] = &conn{number: p.last, borrower: who}
	return Action{Open, who, p.last}
}

// check lends an open connection, or has it validated first.
func (p *Pool) check(now time.Duration, c *conn, who int) Action {
	c.borrower = who
	recent := c.validated && p.cfg.ValidationInterval > 0 && now-c.validatedAt < p.cfg.ValidationInterval
	if p.cfg.TestOnBorrow && !recent {
		c.validating = now
		return Action{Validate, who, c.number}
	}
	return Action{Lend, who, c.number}
}

// lend gives a connection to the borrower for whom it was opened or validated.
func (p *Pool) lend(now time.Duration, c *conn) []Action {
	if c.borrower == Nobody {
		return p.back(now, c)
	}
	return []Action{{Lend, c.borrower, c.number}}
}

// back takes a connection, broken or not, for the one who waits longest.
func (p *Pool) back(now time.Duration, c *conn) []Action {
	if len(p.waiting) > 0 {
		next := p.waiting[0]
		p.waiting = p.waiting[1:]
		return []Action{p.check(now, c, next.borrower)}
	}
	c.borrower, c.idleAt = Nobody, now
	p.idle = append(p.idle, c)
	return nil
}

// admit lets the one who waits longest open a connection, as there is room.
func (p *Pool) admit(now time.Duration) []Action {
	if len(p.waiting) == 0 || len(p.conns) >= p.cfg.MaxActive {
		return nil
	}
	next := p.waiting[0]
	p.waiting = p.waiting[1:]
	return p.borrow(now, next.borrower)
}

// due ends waits, and closes what was idle for too long.
func (p *Pool) due(now time.Duration) (actions []Action) {
	for len(p.waiting) > 0 && p.waiting[0].due >= 0 && now >= p.waiting[0].due {
		actions = append(actions, Action{Exhausted, p.waiting[0].borrower, 0})
		p.waiting = p.waiting[1:]
	}
	for {
		at, any := p.evictionDue()
		if !any || now < at {
			return actions
		}
		c := p.idle[0]
		p.idle = p.idle[1:]
		delete(p.conns, c.number)
		actions = append(actions, Action{Close, Nobody, c.number})
	}
}

// evictionDue returns when the next idle connection is closed. The looks are
// at multiples of Clean.
func (p *Pool) evictionDue() (time.Duration, bool) {
	if len(p.idle) == 0 || len(p.conns) <= p.cfg.MinIdle || p.cfg.Clean == 0 {
		return 0, false
	}
	over := p.idle[0].idleAt + p.cfg.MinEvictableIdle
	return (over/p.cfg.Clean + 1) * p.cfg.Clean, true // later than over, never at it
}

// Deadline returns when Step must be called with Due at the latest; false: not
// before something else happens.
func (p *Pool) Deadline() (due time.Duration, ok bool) {
	due, ok = p.evictionDue()
	if at := slices.IndexFunc(p.waiting, func(w waiter) bool { return w.due >= 0 }); at >= 0 && (!ok || p.waiting[at].due < due) {
		due, ok = p.waiting[at].due, true
	}
	return due, ok
}
