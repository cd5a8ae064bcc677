package event

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Log takes the events of a run as they happen. It passes each to who watches,
// and keeps those of the kinds that are asked for again: by default all. The
// zero Log is ready to use.
type Log struct {
	events []Event
	count  int // kept or not
	forget Set
	digest *sim.Digest
	watch  []func(Event)
	line   []byte
}

// NewLog returns an empty log that adds each event to digest, unless that is
// nil.
func NewLog(digest *sim.Digest) *Log { return &Log{digest: digest} }

// Forget stops keeping events of these kinds: nobody will ask for them.
func (l *Log) Forget(kinds Set) { l.forget = kinds }

// Append records that body happened to node at the instant at. Instants never
// decrease.
func (l *Log) Append(at time.Duration, node string, body Body) {
	e := Event{At: at, Node: node, What: body}
	l.count++
	if l.forget == (Set{}) || !l.forget.Has(body) {
		l.events = append(l.events, e)
	}
	if l.digest != nil {
		l.line = AppendJSON(l.line[:0], e)
		l.digest.AddEvent(at, l.line)
	}
	for _, f := range l.watch {
		f(e)
	}
}

// Merge inserts events that were logged elsewhere by instant, after those
// logged here at the same instant. The digest depends on the order of arrival,
// so it is meaningless afterwards. The log must keep all events until then.
func (l *Log) Merge(events []Event) {
	l.count += len(events)
	l.events = append(l.events, events...)
	slices.SortStableFunc(l.events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
	for _, e := range events {
		for _, f := range l.watch {
			f(e)
		}
	}
}

// Watch calls f for each event appended from now on.
func (l *Log) Watch(f func(Event)) { l.watch = append(l.watch, f) }

// Events returns the events so far. The caller must not change it. A log that
// forgets some has only a Record: Events panics.
func (l *Log) Events() []Event {
	l.Record().need(All())
	return l.events
}

// Record returns the events so far of the kinds that the log keeps.
func (l *Log) Record() Record { return Record{All().Without(l.forget), l.events} }

// Len returns the number of events so far, kept or not.
func (l *Log) Len() int { return l.count }

// Of iterates over the events with a body of type B.
func Of[B Body](events []Event) iter.Seq2[Event, B] {
	return func(yield func(Event, B) bool) {
		for _, e := range events {
			if b, ok := e.What.(B); ok && !yield(e, b) {
				return
			}
		}
	}
}
