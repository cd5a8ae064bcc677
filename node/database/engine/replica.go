package engine

import (
	"slices"
	"time"
)

// replica is one that follows this primary.
type replica struct {
	session int
	acked   uint64
}

// arrival is records that have come and are not visible yet.
type arrival struct {
	number uint64 // of the last one
	due    time.Duration
}

// attached begins to feed a replica.
func (e *Engine) attached(now time.Duration, number int, at Position) {
	if s := e.sessions[number]; s != nil { // it is no client
		delete(e.sessions, number)
		e.clients--
	}
	if e.store.Replica || !e.ready {
		e.act(Action{Kind: Refuse, Session: number, Answer: Answer{Code: ReadOnly}})
		return
	}
	feed, lost := e.store.since(at)
	if lost > 0 {
		e.act(Action{Kind: Diverged, Session: number, Lost: lost})
	}
	e.replicas = append(e.replicas, replica{session: number})
	e.act(Action{Kind: Send, Session: number, Feed: feed})
}

// feed sends the records after one to all replicas.
func (e *Engine) feed(after uint64) {
	for _, r := range e.replicas {
		e.act(Action{Kind: Send, Session: r.session, Feed: Feed{Records: e.store.log[after-e.store.before:]}})
	}
}

// acknowledged completes the commits that a replica has.
func (e *Engine) acknowledged(now time.Duration, number int, at Position) {
	i := slices.IndexFunc(e.replicas, func(r replica) bool { return r.session == number })
	if i < 0 {
		return
	}
	e.replicas[i].acked = max(e.replicas[i].acked, at.Number)
	if e.cfg.Sync && e.degraded && at.Number == e.store.last() {
		e.degraded = false
		e.act(Action{Kind: Restored})
	}
	if e.cfg.Sync {
		e.settle(now, e.replicas[i].acked)
	}
}

// received lets the disk write what the primary sends.
func (e *Engine) received(now time.Duration, f Feed) {
	if e.store.Replica {
		e.enqueue(now, &commit{feed: &f})
	}
}

// arrived makes what is written visible, after the delay, and acknowledges it.
func (e *Engine) arrived(now time.Duration) {
	if e.cfg.ApplyDelay == 0 {
		e.store.apply(e.store.last())
	} else if e.store.last() > e.store.applied {
		e.lagging = append(e.lagging, arrival{e.store.last(), now + e.cfg.ApplyDelay})
	}
	e.act(Action{Kind: Acknowledge, At: e.store.Position()})
}

// promoted makes a replica the primary: what has come becomes visible, and a
// timeline begins. To a primary nothing happens.
func (e *Engine) promoted(now time.Duration, timeline string) {
	if !e.store.Replica {
		return
	}
	if e.disk.busy {
		e.written(now) // it waits for its disk, which takes no time here
	}
	e.lagging = nil
	e.store.apply(e.store.last())
	e.store.history = append(slices.Clone(e.store.history), Fork{timeline, e.store.last()})
	e.store.Replica = false
	e.store.changed(Feed{History: e.store.history})
}

// demoted makes a primary a replica. Commits that wait for a replica are
// written, and nobody learns of them.
func (e *Engine) demoted() {
	if e.store.Replica {
		return
	}
	e.store.Replica = true
	e.store.changed(Feed{})
	e.store.apply(e.store.last())
	var numbers []int
	for number, s := range e.sessions { // order: sorted below
		s.closed = true
		if !s.console {
			numbers = append(numbers, number)
		}
	}
	for _, r := range e.replicas {
		numbers = append(numbers, r.session)
	}
	slices.Sort(numbers)
	for _, number := range numbers {
		e.act(Action{Kind: Refuse, Session: number, Answer: Answer{Code: Closing}})
	}
	e.sessions, e.locks, e.clients = map[int]*session{}, map[Key]*lock{}, 0
	e.waiting, e.replicas, e.unacked, e.disk, e.degraded = nil, nil, nil, disk{}, false
}
