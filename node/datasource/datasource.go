package datasource

import (
	"errors"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/node/datasource/pool"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// Pool is a data source during one boot of its machine.
type Pool struct {
	host      *host.Host
	cfg       topology.DataSource
	machine   *pool.Pool
	timer     *sim.Timer // of the machine
	conns     map[int]*connection
	borrowers map[int]*borrower
	last      int // number of the newest borrower
}

// borrower is a proc that waits for a connection.
type borrower struct {
	proc *sim.Proc
	next *pool.Action // what it has to do; nil: nothing yet
}

// How tomcat-jdbc looks for connections that are idle for too long.
const (
	cleanTime     = 5 * time.Second
	evictableTime = 60 * time.Second
)

// New starts a pool on a running machine; it ends with the machine. cfg must be
// complete. It opens its first connections at once; those that fail are opened
// when somebody needs them.
func New(h *host.Host, cfg topology.DataSource) *Pool {
	p := &Pool{host: h, cfg: cfg, conns: map[int]*connection{}, borrowers: map[int]*borrower{}}
	p.machine = pool.New(pool.Config{
		MaxActive: cfg.MaxActive, MinIdle: *cfg.MinIdle, Initial: *cfg.Initial, MaxWait: cfg.MaxWait,
		TestOnBorrow: *cfg.TestOnBorrow, ValidationInterval: *cfg.ValidationInterval,
		Clean: cleanTime, MinEvictableIdle: evictableTime,
	})
	p.timer = h.Scope().NewTimer(sim.Func(func() { p.step(pool.Event{}) }))
	p.step(pool.Event{Kind: pool.Start})
	return p
}

// Do runs a transaction in a proc of the machine, and parks it meanwhile. The
// error is that of the function, or one of this package.
func (p *Pool) Do(proc *sim.Proc, f func(*Tx) error) error {
	began := p.now()
	number, err := p.borrow(proc)
	if err != nil {
		p.fail(err, p.conns[number], began)
		return err
	}
	c := p.conns[number]
	defer func() {
		if p.host.Scope().Alive() { // else the proc unwinds
			p.step(pool.Event{Kind: pool.Return, Conn: number})
		}
	}()
	t := &Tx{conn: c}
	if p.cfg.AutoCommit {
		t.auto = "!"
	}
	err = t.end(f(t))
	if errors.Is(err, ErrCommitUnknown) || t.failed != nil && errors.Is(t.failed, ErrUnreachable) {
		p.fail(err, c, began)
	}
	return err
}

// Lent returns how many connections are in use or being opened.
func (p *Pool) Lent() int { return p.machine.Len() - p.machine.Idle() }

func (p *Pool) now() time.Duration { return p.host.Scope().Elapsed() }

// fail logs what is the pool's failure and not the database's answer.
func (p *Pool) fail(err error, c *connection, began time.Duration) {
	e := event.PoolFailed{Database: p.cfg.Addresses[0].String(), Waited: p.now() - began}
	if c != nil && c.address.IsValid() {
		e.Database = c.address.String()
	}
	switch {
	case errors.Is(err, ErrPoolExhausted):
		e.Reason = "exhausted"
	case errors.Is(err, ErrCommitUnknown):
		e.Reason = "unknown"
	case c != nil:
		e.Reason = "lost"
	default:
		e.Reason = "unreachable"
	}
	p.host.Log(e)
}

// borrow parks until the proc has a connection, and does in it what the pool
// needs done for that.
func (p *Pool) borrow(proc *sim.Proc) (conn int, err error) {
	p.last++
	who := p.last
	b := &borrower{proc: proc}
	p.borrowers[who] = b
	defer delete(p.borrowers, who)
	p.step(pool.Event{Kind: pool.Borrow, Borrower: who})
	err = fmt.Errorf("datasource: %w", ErrUnreachable)
	for {
		for b.next == nil {
			proc.Park()
		}
		a := *b.next
		b.next = nil
		c := p.conns[a.Conn]
		switch a.Kind {
		case pool.Lend:
			return a.Conn, nil
		case pool.Exhausted:
			return 0, fmt.Errorf("datasource: %w: %d connections are lent", ErrPoolExhausted, p.cfg.MaxActive)
		case pool.Unreachable:
			delete(p.conns, a.Conn)
			return 0, err
		case pool.Validate:
			_, failed := c.ask("ping")
			p.step(pool.Event{Kind: pool.Validated, Conn: a.Conn, OK: failed == nil})
		case pool.Open:
			failed := p.open(a.Conn)
			if failed != nil {
				err = fmt.Errorf("datasource: %w", failed)
			}
			p.step(pool.Event{Kind: pool.Opened, Conn: a.Conn, OK: failed == nil})
		}
	}
}

// open opens a connection, new or again.
func (p *Pool) open(number int) error {
	c := p.conns[number]
	if c == nil {
		c = &connection{host: p.host, cfg: &p.cfg}
		p.conns[number] = c
	}
	return c.open()
}

// step tells the machine what happens. What it wants of a borrower is done in
// the borrower's proc.
func (p *Pool) step(ev pool.Event) {
	for _, a := range p.machine.Step(p.now(), ev) {
		p.do(a)
	}
	due, ok := p.machine.Deadline()
	if !ok {
		p.timer.Stop()
		return
	}
	p.timer.Reset(max(due-p.now(), 0))
}

func (p *Pool) do(a pool.Action) {
	switch {
	case a.Kind == pool.Close:
		p.conns[a.Conn].close()
		delete(p.conns, a.Conn)
	case a.Borrower == pool.Nobody: // a connection of the start
		p.host.Go("datasource", func(*sim.Proc) {
			err := p.open(a.Conn)
			if err != nil {
				delete(p.conns, a.Conn)
			}
			p.step(pool.Event{Kind: pool.Opened, Conn: a.Conn, OK: err == nil})
		})
	default:
		b := p.borrowers[a.Borrower]
		b.next = &a
		if p.host.Loop().Current() != b.proc {
			b.proc.Wake()
		}
	}
}
