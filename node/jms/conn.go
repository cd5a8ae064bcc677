package jms

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/node/broker/queue"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/session"
	"github.com/cablepull/cablepull/sim"
)

// conn is one connection to one broker, from when it is established to its end.
type conn struct {
	client  *Client
	link    *session.Link
	broker  string    // its address
	waiting []*waiter // in the order in which they asked
	subs    []*Subscription
	beats   *sim.Timer
	over    bool
}

// key names what an answer is about.
type key struct {
	kind   byte // p, s, a or l: publish, subscribe, acknowledge, lease
	sub    int
	number uint64
}

// waiter is a proc that waits for an answer.
type waiter struct {
	key
	proc   *sim.Proc
	answer session.Message
	err    error
	done   bool
}

// silences is how many heartbeats may be missing.
const silences = 2

func (k *conn) beat() {
	if !k.over {
		k.link.Post(session.New("ping"))
		k.beats.Reset(k.client.cfg.Heartbeat)
	}
}

// read receives until the connection ends.
func (k *conn) read(*sim.Proc) {
	for {
		m, err := k.link.Receive(silences * k.client.cfg.Heartbeat)
		if k.over {
			return
		}
		if err != nil {
			k.client.ended(k, k.why(err))
			k.client.drop(k)
			return
		}
		k.take(m)
	}
}

// why says how a connection has ended.
func (k *conn) why(err error) string {
	switch {
	case errors.Is(err, io.EOF):
		return "closed"
	case errors.Is(err, host.ErrTimeout) && k.client.cfg.Heartbeat > 0:
		return "silence"
	}
	if known := host.Failure(err); known != "" {
		return known
	}
	return "failed"
}

// end wakes all that wait, and tells the subscriptions.
func (k *conn) end() {
	if k.over {
		return
	}
	k.over = true
	k.beats.Stop()
	for _, w := range k.waiting {
		w.err = fmt.Errorf("jms: %s: %w", k.client.name, ErrLost)
		w.proc.Wake()
	}
	k.waiting = nil
	for _, s := range slices.Clone(k.subs) {
		k.endSubscription(s.number)
	}
}

// take takes a message of the broker.
func (k *conn) take(m session.Message) {
	number := func(n int) uint64 { v, _ := strconv.ParseUint(m.Field(n), 10, 64); return v }
	switch m.Verb {
	case "message":
		k.delivered(m, number)
	case "confirmed":
		k.answer(key{'p', 0, number(0)}, m, nil)
	case "receipt":
		k.answer(key{'a', int(number(0)), number(1)}, m, nil)
	case "granted":
		k.answer(key{kind: 'l'}, m, nil)
	case "refused":
		k.refused(m, int(number(1)), number(2))
	case "fenced":
		k.endSubscription(int(number(0)))
	}
}

func (k *conn) refused(m session.Message, sub int, number uint64) {
	err := fmt.Errorf("jms: %s: %s: %w: %s", k.client.name, m.Field(0), ErrRefused, m.Field(3))
	if m.Field(3) == queue.ReasonToken {
		err = fmt.Errorf("jms: %s: %s: %w", k.client.name, m.Field(0), ErrToken)
	}
	switch m.Field(0) {
	case "publish":
		k.answer(key{'p', 0, number}, m, err)
	case "acknowledge":
		k.answer(key{'a', sub, number}, m, err)
	case "acquire":
		k.answer(key{kind: 'l'}, m, err)
	case "subscribe":
		k.endSubscription(sub)
	}
}

func (k *conn) answer(what key, m session.Message, err error) {
	for i, w := range k.waiting {
		if w.key == what {
			k.waiting = slices.Delete(k.waiting, i, i+1)
			w.answer, w.err, w.done = m, err, true
			w.proc.Wake()
			return
		}
	}
}

// ask sends a message and parks until its answer has come.
func (k *conn) ask(p *sim.Proc, what key, within time.Duration, m session.Message) (session.Message, error) {
	w := &waiter{key: what, proc: p}
	k.waiting = append(k.waiting, w)
	k.link.Post(m)
	late := false
	if within > 0 {
		timer := p.Scope().NewTimer(sim.Func(func() { late = true; p.Wake() }))
		timer.Reset(within)
		defer timer.Stop()
	}
	for !w.done && w.err == nil && !late && !k.over {
		p.Park()
	}
	switch {
	case w.done || w.err != nil:
		return w.answer, w.err
	case k.over:
		return session.Message{}, fmt.Errorf("jms: %s: %w", k.client.name, ErrLost)
	}
	k.waiting = slices.DeleteFunc(k.waiting, func(other *waiter) bool { return other == w })
	return session.Message{}, fmt.Errorf("jms: %s: %s: %w", k.client.name, m.Verb, host.ErrTimeout)
}
