package balancer

import (
	"errors"
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// retryPause is how long a balancer waits after a refusal before it tries the
// same member again (HAProxy's turn-around, at most the connect-timeout).
const retryPause = time.Second

// now is the instant by the clock of the machine.
func (b *Balancer) now() time.Duration { return b.host.Scope().Elapsed() }

func (b *Balancer) log(body event.Body) { b.host.Log(body) }

// connect opens a connection to a member for a client, with retries. It parks
// for as long as that takes, and returns nobody if there is none. Then it has
// logged why; else release must be called for the member.
func connect[C any](b *Balancer, p *sim.Proc, w Wish, client string, dial func(member int) (C, error)) (conn C, member int) {
	i := b.choose(p, w)
	if i < 0 {
		b.refuse(client, i)
		return conn, nobody
	}
	for attempt := 1; ; attempt++ {
		conn, err := dial(i)
		if err == nil {
			b.pool.Connected(b.now(), i, w.Client)
			return conn, i
		}
		if errors.Is(err, host.ErrDown) { // its own machine
			b.pool.Release(i)
			return conn, nobody
		}
		b.failed(i, client, event.StageConnect, attempt, err)
		if attempt > *b.cfg.Retries {
			b.release(i)
			b.log(event.BalancerRefused{Client: client, Reason: "no connection to " + b.pool.members[i].Name})
			return conn, nobody
		}
		next := nobody
		if b.cfg.Redispatch && attempt == *b.cfg.Retries {
			w.Not = i
			next = b.pool.Choose(b.now(), w)
		}
		if next >= 0 {
			b.release(i)
			i = next
		} else if !errors.Is(err, host.ErrTimeout) { // that took long enough
			p.Sleep(min(retryPause, b.cfg.Connect))
		}
	}
}

// choose returns a member, or Full or None. While all are full it waits, as
// long as a connection may take.
func (b *Balancer) choose(p *sim.Proc, w Wish) int {
	i := b.pool.Choose(b.now(), w)
	if i != Full {
		return i
	}
	until := b.now() + b.cfg.Connect
	timer := b.host.Scope().NewTimer(sim.Func(p.Wake))
	defer timer.Stop()
	timer.Reset(b.cfg.Connect)
	for i == Full && b.now() < until {
		b.waiting = append(b.waiting, p)
		p.Park()
		b.waiting = slices.DeleteFunc(b.waiting, func(other *sim.Proc) bool { return other == p })
		i = b.pool.Choose(b.now(), w)
	}
	return i
}

// refuse logs that there is no member for a client.
func (b *Balancer) refuse(client string, choice int) {
	reason := "no member is up"
	if choice == Full {
		reason = "all members have max-connections"
	}
	b.log(event.BalancerRefused{Client: client, Reason: reason})
}

// failed logs an attempt that failed.
func (b *Balancer) failed(i int, client, stage string, attempt int, err error) {
	failure := host.Failure(err)
	if failure == "" {
		failure = "closed"
	}
	b.log(event.BalancerAttemptFailed{Member: b.pool.members[i].Name, Client: client, Stage: stage, Failure: failure, Attempt: attempt})
}
