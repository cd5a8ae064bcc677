package engine

import (
	"slices"
	"time"
)

// lock is a row that a transaction has locked.
type lock struct {
	key    Key
	owner  *session
	queued []*session // in the order in which they came
}

// lock locks the row of a statement and executes it, now or when the row is
// free.
func (e *Engine) lock(now time.Duration, s *session, st Statement) {
	l := e.locks[st.Key]
	switch {
	case l == nil:
		l = &lock{key: st.Key, owner: s}
		e.locks[st.Key] = l
		s.locks = append(s.locks, l)
	case l.owner != s:
		s.wants, s.asked, s.due = l, st, now+e.cfg.LockWait
		l.queued = append(l.queued, s)
		e.waiting = append(e.waiting, s)
		if victim := s.victim(); victim != nil {
			e.abort(now, victim)
		}
		return
	}
	e.write(now, s, st)
}

// victim returns the transaction to roll back if the wait of one closes a
// circle: that with the fewest writes, and of equal ones the one that waits
// last.
func (s *session) victim() *session {
	least := s
	for next := s.wants.owner; next != s; next = next.wants.owner {
		if next.wants == nil {
			return nil
		}
		if len(next.writes) < len(least.writes) {
			least = next
		}
	}
	return least
}

// abort rolls a transaction back and says so to the statement that waits.
func (e *Engine) abort(now time.Duration, s *session) {
	e.stopWaiting(s)
	e.reply(s, Answer{Code: Deadlock})
	e.rollback(now, s)
}

// stopWaiting ends a wait without the row.
func (e *Engine) stopWaiting(s *session) {
	if s.wants == nil {
		return
	}
	l := s.wants
	l.queued = slices.DeleteFunc(l.queued, func(other *session) bool { return other == s })
	e.waiting = slices.DeleteFunc(e.waiting, func(other *session) bool { return other == s })
	s.wants = nil
}

// rollback forgets what a transaction has written.
func (e *Engine) rollback(now time.Duration, s *session) {
	e.stopWaiting(s)
	e.release(now, s)
}

// release ends a transaction: the next one of each row gets it.
func (e *Engine) release(now time.Duration, s *session) {
	locks := s.locks
	s.writes, s.locks = nil, nil
	for _, l := range locks {
		if len(l.queued) == 0 {
			delete(e.locks, l.key)
			continue
		}
		next := l.queued[0]
		e.stopWaiting(next)
		l.owner = next
		next.locks = append(next.locks, l)
		e.write(now, next, next.asked)
	}
}

// held locks a row from the console, in place of the one before. It waits for
// the row as others do.
func (e *Engine) held(now time.Duration, k Key) {
	if s := e.sessions[consoleSession]; s != nil {
		e.rollback(now, s)
		delete(e.sessions, consoleSession)
	}
	if k == (Key{}) || e.store.Replica {
		return
	}
	s := &session{number: consoleSession, console: true}
	e.sessions[consoleSession] = s
	e.lock(now, s, Statement{Verb: Lock, Key: k})
}

// consoleSession is that of the console; connections have others.
const consoleSession = 0
