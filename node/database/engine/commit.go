package engine

import "time"

// disk writes commits, all that wait at a time.
type disk struct {
	queued  []*commit
	writing []*commit
	busy    bool
	due     time.Duration // it has written
}

// commit is a transaction on its way to the disk, or what a primary sent.
type commit struct {
	session   *session
	writes    []Write
	feed      *Feed
	number    uint64        // of the record
	writtenAt time.Duration // once it is
}

// commit ends a transaction.
func (e *Engine) commit(now time.Duration, s *session) {
	switch {
	case len(s.writes) == 0:
		e.release(now, s)
		e.reply(s, Answer{})
	case e.full:
		e.release(now, s)
		e.reply(s, Answer{Code: DiskFull})
	default:
		s.ending = true
		e.enqueue(now, &commit{session: s, writes: s.writes})
	}
}

// enqueue lets the disk write a commit, with others if it is busy.
func (e *Engine) enqueue(now time.Duration, c *commit) {
	e.disk.queued = append(e.disk.queued, c)
	if !e.disk.busy {
		e.begin(now)
	}
}

// begin lets the disk write all that waits.
func (e *Engine) begin(now time.Duration) {
	d := &e.disk
	d.writing, d.queued = d.queued, d.writing[:0]
	d.busy, d.due = true, now+e.cfg.Commit
	if e.cfg.Commit == 0 {
		e.written(now)
	}
}

// written ends the disk's work: from now on a crash keeps these commits.
func (e *Engine) written(now time.Duration) {
	d := &e.disk
	d.busy = false
	if !e.unsaved() {
		e.checkpointDue = now + e.cfg.Checkpoint
	}
	first := e.store.last()
	for _, c := range d.writing {
		c.writtenAt = now
		if c.feed != nil {
			e.store.take(*c.feed)
			e.arrived(now)
			continue
		}
		c.number = e.store.write(c.writes).Number
		e.unacked = append(e.unacked, c)
	}
	if e.store.last() > first {
		e.feed(first)
	}
	if !e.cfg.Sync || e.degraded {
		e.settle(now, e.store.last())
	}
	if len(d.queued) > 0 && !d.busy {
		e.begin(now)
	}
}

// settle completes the commits up to a record: they become visible.
func (e *Engine) settle(now time.Duration, to uint64) {
	for len(e.unacked) > 0 && e.unacked[0].number <= to {
		c := e.unacked[0]
		e.unacked = e.unacked[1:]
		e.store.apply(c.number)
		c.session.ending = false
		e.reply(c.session, Answer{})
		e.release(now, c.session)
	}
}
