// Package queue is a message broker as a pure machine: queues and topics,
// acknowledgement and redelivery, prefetch, and leases with fencing tokens
// (spec/failover.md §7.4, F15).
//
// Step takes one event and returns the actions that it causes, in order; it
// knows no network, clock or log. The shell gives connections numbers and
// carries them in events as Session.
//
// A queue gives each message to one subscription and keeps it until it is
// acknowledged. Messages that come back, because a connection ended or a token
// grew old, take their old place again and are marked as redelivered. A topic
// gives each message to all subscriptions that there are, and keeps it for
// nobody else.
//
// A lease has one holder at a time and a token that grows with each grant. The
// lease of a queue has the queue's name: what is subscribed with an older token
// than the queue has seen is ended, and its acknowledgements are refused. Read
// lease.go for what makes it safe when clocks drift.
//
// Start reading at event.go and action.go, then broker.go. backlog.go keeps the
// order of messages.
package queue
