// Package event is the record of a run: typed events in the order in which they
// happened, an append-only log with a running digest, and its JSON Lines form.
// Oracles and reports read nothing else.
//
// Start reading at event.go, which says what an event is; log.go keeps events.
package event

import "time"

// Event is one thing that happened to one node, or to the fabric.
type Event struct {
	At   time.Duration // instant since the start of the world
	Node string        // empty for the fabric and the world as a whole
	What Body
}

// Body says what happened. Its fields are exported and flat: strings, numbers,
// booleans and durations, so that every body has a JSON form.
type Body interface {
	// Kind names the body in logs and expectations, such as "standby-changed".
	Kind() string
}
