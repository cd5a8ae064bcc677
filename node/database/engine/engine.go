package engine

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/planted"
)

// Config is how a database is set up. All values must be complete.
type Config struct {
	Commit      time.Duration // for the disk to write what waits, however much (group commit)
	Connections int           // the most clients
	LockWait    time.Duration // the most that a statement waits for a row

	Recovery   time.Duration // after a start, until it serves
	Replay     int           // transactions since the last checkpoint that recovery repeats in a second; 0: they take no time
	Checkpoint time.Duration // between two checkpoints while there is something to save

	Sync        bool          // a commit waits for a replica
	SyncTimeout time.Duration // but no longer than this, after which commits do not wait until a replica has caught up; 0: forever
	ApplyDelay  time.Duration // of a replica: how long after a record has come it is visible
}

// Engine is a running database. It is made for one boot of its machine; the
// Store is what the next one finds.
type Engine struct {
	cfg   Config
	store *Store
	ready bool
	full  bool // the disk has no room

	sessions map[int]*session
	clients  int // of sessions, without the console
	locks    map[Key]*lock
	waiting  []*session // for a row, by when their wait ends

	disk     disk
	unacked  []*commit // written, and a replica has to acknowledge them
	replicas []replica
	degraded bool
	lagging  []arrival // records of a replica that are not visible yet

	readyDue      time.Duration
	checkpointDue time.Duration // while there is something to save

	actions []Action
}

// session is a connection and its transaction.
type session struct {
	number  int
	writes  []Write // of the transaction, in order
	locks   []*lock
	wants   *lock // it waits for this one
	due     time.Duration
	asked   Statement // the statement that waits
	ending  bool      // its commit is under way
	closed  bool
	console bool
}

// New returns an engine that begins recovery of what a store holds. It serves
// after the action Ready.
func New(cfg Config, store *Store, now time.Duration) *Engine {
	e := &Engine{cfg: cfg, store: store, sessions: map[int]*session{}, locks: map[Key]*lock{}}
	e.readyDue = now + cfg.Recovery
	if cfg.Replay > 0 {
		e.readyDue += time.Duration(store.last()-store.saved) * time.Second / time.Duration(cfg.Replay)
	}
	return e
}

// Replica reports whether the database follows a primary.
func (e *Engine) Replica() bool { return e.store.Replica }

// Ready reports whether recovery is over.
func (e *Engine) Ready() bool { return e.ready }

// Position returns the end of what the disk has.
func (e *Engine) Position() Position { return e.store.Position() }

// Clients returns how many clients are connected.
func (e *Engine) Clients() int { return e.clients }

// Step tells the engine what happens at an instant. The actions are valid until
// the next step. What falls due at that instant comes first.
func (e *Engine) Step(now time.Duration, ev Event) []Action {
	e.actions = e.actions[:0]
	e.due(now)
	switch ev.Kind {
	case Connected:
		e.connected(ev.Session)
	case Disconnected:
		e.disconnected(now, ev.Session)
	case Asked:
		if s := e.sessions[ev.Session]; s != nil {
			e.asked(now, s, ev.Statement)
		}
	case Attached:
		e.attached(now, ev.Session, ev.Position)
	case Acknowledged:
		e.acknowledged(now, ev.Session, ev.Position)
	case Received:
		e.received(now, ev.Feed)
	case Promoted:
		e.promoted(now, ev.Timeline)
	case Demoted:
		e.demoted()
	case DiskChanged:
		e.full = ev.Full
	case Held:
		e.held(now, ev.Key)
	}
	return e.actions
}

// Deadline returns when Step must be called with Due at the latest; false: not
// before something else happens.
func (e *Engine) Deadline() (due time.Duration, ok bool) {
	if !e.ready {
		return e.readyDue, true
	}
	sooner := func(at time.Duration, armed bool) {
		if armed && (!ok || at < due) {
			due, ok = at, true
		}
	}
	sooner(e.disk.due, e.disk.busy)
	if len(e.waiting) > 0 {
		sooner(e.waiting[0].due, true)
	}
	if len(e.unacked) > 0 {
		sooner(e.unacked[0].writtenAt+e.cfg.SyncTimeout, e.cfg.SyncTimeout > 0)
	}
	if len(e.lagging) > 0 {
		sooner(e.lagging[0].due, true)
	}
	sooner(e.checkpointDue, e.unsaved())
	return due, ok
}

// due does what has fallen due, in the order of the actions' effects.
func (e *Engine) due(now time.Duration) {
	if !e.ready {
		if now < e.readyDue {
			return
		}
		e.ready = true
		e.store.apply(e.store.last())
		if log := e.store.log; planted.In(planted.LastCommitLost) && len(log) > 0 {
			maps.DeleteFunc(e.store.rows, func(k Key, _ string) bool {
				return slices.ContainsFunc(log[len(log)-1].Writes, func(w Write) bool { return w.Key == k })
			})
		}
		e.checkpoint(e.store.last())
		e.act(Action{Kind: Ready})
	}
	if e.disk.busy && now >= e.disk.due {
		e.written(now)
	}
	if len(e.unacked) > 0 && e.cfg.SyncTimeout > 0 && now >= e.unacked[0].writtenAt+e.cfg.SyncTimeout {
		e.degraded = true
		e.act(Action{Kind: Degraded})
		e.settle(now, e.store.last())
	}
	for len(e.lagging) > 0 && now >= e.lagging[0].due {
		e.store.apply(e.lagging[0].number)
		e.lagging = e.lagging[1:]
	}
	for len(e.waiting) > 0 && now >= e.waiting[0].due {
		s := e.waiting[0]
		e.stopWaiting(s)
		e.reply(s, Answer{Code: LockTimeout})
	}
	if e.unsaved() && now >= e.checkpointDue {
		e.checkpoint(e.store.applied)
	}
}

// checkpoint saves the rows as they are after a record: recovery begins there.
func (e *Engine) checkpoint(number uint64) {
	if e.store.saved != number {
		e.store.saved = number
		e.store.changed(Feed{})
	}
}

// unsaved reports whether there is something for the next checkpoint.
func (e *Engine) unsaved() bool {
	return e.cfg.Replay > 0 && e.store.applied > e.store.saved
}

func (e *Engine) act(a Action) { e.actions = append(e.actions, a) }

func (e *Engine) reply(s *session, a Answer) {
	if !s.closed && !s.console {
		e.act(Action{Kind: Reply, Session: s.number, Answer: a})
	}
}

func (e *Engine) connected(number int) {
	if !e.ready || e.clients >= e.cfg.Connections {
		e.act(Action{Kind: Refuse, Session: number, Answer: Answer{Code: TooMany}})
		return
	}
	e.clients++
	e.sessions[number] = &session{number: number}
}

func (e *Engine) disconnected(now time.Duration, number int) {
	if at := slices.IndexFunc(e.replicas, func(r replica) bool { return r.session == number }); at >= 0 {
		e.replicas = slices.Delete(e.replicas, at, at+1)
		return
	}
	s := e.sessions[number]
	if s == nil {
		return
	}
	s.closed = true
	e.clients--
	delete(e.sessions, number)
	if !s.ending { // else the commit goes on, and nobody is told
		e.rollback(now, s)
	}
}

// asked executes a statement.
func (e *Engine) asked(now time.Duration, s *session, st Statement) {
	switch {
	case st.Verb.writes() && e.store.Replica:
		e.reply(s, Answer{Code: ReadOnly})
	case st.Verb.writes():
		e.lock(now, s, st)
	case st.Verb == Get:
		e.reply(s, e.get(s, st.Key))
	case st.Verb == Keys:
		e.reply(s, Answer{Found: true, Value: strings.Join(e.keys(s, st.Key.Table), "\n")})
	case st.Verb == Commit:
		e.commit(now, s)
	case st.Verb == Rollback:
		e.reply(s, Answer{})
		e.rollback(now, s)
	default:
		e.reply(s, Answer{})
	}
}

// get returns the value of a row as a transaction sees it.
func (e *Engine) get(s *session, k Key) Answer {
	for i := len(s.writes) - 1; i >= 0; i-- {
		if w := s.writes[i]; w.Key == k {
			return Answer{Found: !w.Delete, Value: w.Value}
		}
	}
	v, found := e.store.rows[k]
	return Answer{Found: found, Value: v}
}

// keys lists the rows of a table as a transaction sees them.
func (e *Engine) keys(s *session, table string) []string {
	keys := e.store.keys(table)
	for _, w := range s.writes {
		at, found := slices.BinarySearch(keys, w.Key.Row)
		switch {
		case w.Key.Table != table:
		case w.Delete && found:
			keys = slices.Delete(keys, at, at+1)
		case !w.Delete && !found:
			keys = slices.Insert(keys, at, w.Key.Row)
		}
	}
	return keys
}

// write executes a statement whose row is locked.
func (e *Engine) write(now time.Duration, s *session, st Statement) {
	before := e.get(s, st.Key)
	switch {
	case st.Verb == Lock:
		e.statementDone(now, s, st, before)
		return
	case e.full:
		e.statementDone(now, s, st, Answer{Code: DiskFull})
		return
	}
	w := Write{Key: st.Key, Value: st.Value, Delete: st.Verb == Delete}
	if st.Verb == Append && before.Found && before.Value != "" {
		w.Value = before.Value + " " + st.Value
	}
	s.writes = append(s.writes, w)
	if st.Auto {
		e.commit(now, s)
		return
	}
	e.statementDone(now, s, st, Answer{Found: before.Found})
}

// statementDone answers a statement that has written nothing to the disk. With
// auto-commit its transaction ends as well.
func (e *Engine) statementDone(now time.Duration, s *session, st Statement, a Answer) {
	e.reply(s, a)
	if st.Auto {
		e.release(now, s)
	}
}
