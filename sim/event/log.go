package event

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim"
)

// Log is the append-only record of a run. The zero Log is ready to use.
type Log struct {
	events []Event
	digest *sim.Digest
	watch  []func(Event)
	line   []byte
}

// NewLog returns an empty log that adds each event to digest, unless that is
// nil.
func NewLog(digest *sim.Digest) *Log { return &Log{digest: digest} }

// Append records that body happened to node at the instant at. Instants never
// decrease.
func (l *Log) Append(at time.Duration, node string, body Body) {
	e := Event{At: at, Node: node, What: body}
	l.events = append(l.events, e)
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
// so it is meaningless afterwards.
func (l *Log) Merge(events []Event) {
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

// Events returns the events so far. The caller must not change it.
func (l *Log) Events() []Event { return l.events }

// Len returns the number of events.
func (l *Log) Len() int { return len(l.events) }

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
