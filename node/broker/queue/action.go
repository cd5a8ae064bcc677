package queue

import "time"

// Action is something that a broker wants done.
type Action interface{ action() }

// Confirmed: the broker has a message. It is kept if it is persistent.
type Confirmed struct {
	Session int
	To      Address
	Number  uint64
	Known   bool // it came before, and is not kept again
}

// Delivered: a subscription gets a message.
type Delivered struct {
	Session, Subscription int
	Delivery              uint64 // names it in acknowledgements
	From                  Address
	Message               Message
	Count                 int // how often it has been delivered; above 1 it is a redelivery
}

// Receipt: an acknowledgement was taken. The message will not be delivered
// again.
type Receipt struct {
	Session, Subscription int
	Delivery              uint64
}

// Refused: the broker does not do what an event asks for.
type Refused struct {
	Session      int
	Subscription int    // of Subscribe, Acknowledge and Return
	Number       uint64 // of Publish, or the delivery of Acknowledge
	What         string // publish, subscribe, acknowledge, or acquire
	Reason       string // one of the reasons below
}

// The reasons of refusals.
const (
	ReasonFull  = "full"        // the queue has as many messages as it may have
	ReasonToken = "old token"   // a newer token has been seen, or the lease has ended
	ReasonGone  = "not yours"   // the message is not under way to this subscription
	ReasonTwice = "twice"       // the session has a subscription of that number
	ReasonHeld  = "held"        // somebody else has the lease
	ReasonBad   = "not allowed" // the event makes no sense
)

// Fenced: a subscription was ended, because its token is old.
type Fenced struct {
	Session, Subscription int
	From                  Address
	Token                 uint64 // of the subscription
}

// Granted: a session has a lease.
type Granted struct {
	Session int
	Lease   string
	Holder  string
	Token   uint64
	Time    time.Duration // as it was asked for
	Renewed bool          // it had it before
}

// LeaseEnded: nobody has a lease any more.
type LeaseEnded struct {
	Lease  string
	Holder string // that had it
	Token  uint64
	Reason string // expired or released
}

// The ways in which a lease ends.
const (
	LeaseExpired  = "expired"
	LeaseReleased = "released"
)

// Dropped: a message has gone without an acknowledgement.
type Dropped struct {
	From    Address
	Message Message
	Reason  string // overflow, or dead: it was delivered too often
}

// The reasons for which messages are dropped.
const (
	DropOverflow = "overflow"
	DropDead     = "dead"
)

func (Confirmed) action()  {}
func (Delivered) action()  {}
func (Receipt) action()    {}
func (Refused) action()    {}
func (Fenced) action()     {}
func (Granted) action()    {}
func (LeaseEnded) action() {}
func (Dropped) action()    {}
