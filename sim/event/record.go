package event

import (
	"fmt"
	"iter"
)

// Record is the events of a run, in order, of the kinds that somebody asked
// for. To read a kind for which nobody asked is a mistake in the program, and
// panics: such events may have happened. The zero Record has no kinds.
type Record struct {
	kinds  Set
	events []Event // of other kinds too
}

// RecordOf returns the record of a run of which all events are given.
func RecordOf(events []Event) Record { return Record{All(), events} }

// Only returns the record of fewer kinds.
func (r Record) Only(kinds Set) Record {
	r.need(kinds)
	r.kinds = kinds
	return r
}

// Of iterates over the events of some kinds.
func (r Record) Of(kinds Set) iter.Seq[Event] {
	r.need(kinds)
	return func(yield func(Event) bool) {
		for _, e := range r.events {
			if kinds.Has(e.What) && !yield(e) {
				return
			}
		}
	}
}

// All iterates over the events of all kinds that exist.
func (r Record) All() iter.Seq[Event] { return r.Of(All()) }

// From iterates over the events of a record with a body of type B.
func From[B Body](r Record) iter.Seq2[Event, B] {
	r.need(setOf[B]())
	return Of[B](r.events)
}

func (r Record) need(kinds Set) {
	if missing := kinds.Without(r.kinds); missing != (Set{}) {
		panic(fmt.Sprintf("event: record: %v is read, but was not asked for", missing))
	}
}
