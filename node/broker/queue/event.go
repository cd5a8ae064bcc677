package queue

import (
	"strings"
	"time"
)

// Address is a queue or a topic.
type Address struct {
	Topic bool
	Name  string
}

// String prints the address as "topic throttleData".
func (a Address) String() string {
	if a.Topic {
		return "topic " + a.Name
	}
	return "queue " + a.Name
}

// ParseAddress reads what String prints.
func ParseAddress(text string) (a Address, ok bool) {
	if name, is := strings.CutPrefix(text, "queue "); is {
		return Address{Name: name}, name != ""
	}
	name, is := strings.CutPrefix(text, "topic ")
	return Address{Topic: true, Name: name}, is && name != ""
}

// Message is what publishers send.
type Message struct {
	Publisher  string
	Number     uint64 // the publisher's own, from 1
	Persistent bool   // survives a restart of the broker
	Text       string
}

// Event is something that happens to a broker.
type Event interface{ event() }

// Publish is a message of a publisher.
type Publish struct {
	Session int
	To      Address
	Message Message
}

// Subscribe wants the messages of an address. Subscriptions have numbers of
// their session's own.
type Subscribe struct {
	Session, Subscription int
	From                  Address
	Prefetch              int    // messages that may be under way, at least 1
	Token                 uint64 // of a lease; 0: none
}

// Acknowledge ends a message: the subscription has done with it.
type Acknowledge struct {
	Session, Subscription int
	Delivery              uint64
}

// Return gives a message back: somebody else may have it.
type Return struct {
	Session, Subscription int
	Delivery              uint64
}

// Unsubscribe ends a subscription, and returns what it has not acknowledged.
type Unsubscribe struct{ Session, Subscription int }

// End is the end of a connection, and of its subscriptions.
type End struct{ Session int }

// Acquire asks for a lease, or renews it.
type Acquire struct {
	Session int
	Lease   string
	Holder  string
	Token   uint64        // of the grant that is renewed; 0: a new one
	Time    time.Duration // how long the holder will count on it, by its own clock
	Drift   float64       // how far each of the two clocks may be off, as a share, below 1
}

// Release gives a lease back before its time.
type Release struct {
	Session int
	Lease   string
	Holder  string
	Token   uint64
}

// Timeout is for when the deadline of the broker has passed.
type Timeout struct{}

func (Publish) event()     {}
func (Subscribe) event()   {}
func (Acknowledge) event() {}
func (Return) event()      {}
func (Unsubscribe) event() {}
func (End) event()         {}
func (Acquire) event()     {}
func (Release) event()     {}
func (Timeout) event()     {}
