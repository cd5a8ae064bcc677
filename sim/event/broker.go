package event

import "time"

// MessagePublished: a publisher has done with a message. Confirmed says that
// the broker has told it so; if not, it may not have arrived.
type MessagePublished struct {
	To        string // "queue orders" or "topic throttleData"
	Publisher string
	Number    uint64 // the publisher's own
	Broker    string // its address
	Confirmed bool
}

// MessageFailed: a publisher has given a message up.
type MessageFailed struct {
	To        string
	Publisher string
	Number    uint64
	Reason    string
}

// MessageProcessed: a consumer has done the work of a message.
type MessageProcessed struct {
	Queue     string
	Publisher string
	Number    uint64
	Count     int    // how often the broker had delivered it by then; above 1 it was a redelivery
	Token     uint64 // of the consumer's lease; 0: it has none
}

// MessageDropped: a broker has dropped a message.
type MessageDropped struct {
	From      string
	Publisher string
	Number    uint64
	Reason    string `words:"overflow,dead"` // dead: it is in the queue of dead messages
}

// BrokerRestarted: a broker runs again after its process or its machine had
// ended.
type BrokerRestarted struct {
	Kept int // messages of queues
	Lost int // messages that were not persistent
}

// BrokerStatus: how many messages a queue of a broker has when the run ends.
type BrokerStatus struct {
	Queue    string
	Messages int
}

// BrokerConnection: a program is connected to a broker or no longer, or an
// attempt has failed.
type BrokerConnection struct {
	Program string // that connects, such as consumer
	Broker  string // its address
	State   string `words:"connected,failed,lost,given-up"` // given-up: the program will not try again
	Reason  string
}

// ConsumerChanged: a consumer may take messages, or no longer.
type ConsumerChanged struct {
	Queue  string
	State  string `words:"enabled,disabled"`
	Reason string
	Token  uint64 // of its lease; 0: it has none
}

// LeaseChanged: a broker has granted a lease, or it has ended. Renewals are no
// change.
type LeaseChanged struct {
	Lease  string
	Holder string
	Token  uint64
	State  string `words:"granted,expired,released"`
}

// ConsumerFenced: a broker has refused somebody with an old token.
type ConsumerFenced struct {
	Queue string
	Peer  string // address of the connection
	What  string `words:"subscribe,acknowledge,acquire,deliver"` // deliver: its subscription was ended
	Token uint64 // that is too old
}

// ThrottleChanged: a gateway begins to throttle a key or lets it through again.
type ThrottleChanged struct {
	Topic  string // where the decisions come from
	Key    string
	State  string        `words:"throttled,free"`
	Reason string        `words:"decision,expired,late"` // late: a decision was too old when it came
	Age    time.Duration // of the last decision
}

// PoliciesLoaded: a traffic manager has asked for its policies.
type PoliciesLoaded struct {
	Policies int    // that it has
	Reason   string // why it has none; empty: it has them
}

// Kind implements Body.
func (MessagePublished) Kind() string { return "message-published" }

// Kind implements Body.
func (MessageFailed) Kind() string { return "message-failed" }

// Kind implements Body.
func (MessageProcessed) Kind() string { return "message-processed" }

// Kind implements Body.
func (MessageDropped) Kind() string { return "message-dropped" }

// Kind implements Body.
func (BrokerRestarted) Kind() string { return "broker-restarted" }

// Kind implements Body.
func (BrokerStatus) Kind() string { return "broker-status" }

// Kind implements Body.
func (BrokerConnection) Kind() string { return "broker-connection" }

// Kind implements Body.
func (ConsumerChanged) Kind() string { return "consumer-changed" }

// Kind implements Body.
func (LeaseChanged) Kind() string { return "lease-changed" }

// Kind implements Body.
func (ConsumerFenced) Kind() string { return "consumer-fenced" }

// Kind implements Body.
func (ThrottleChanged) Kind() string { return "throttle-changed" }

// Kind implements Body.
func (PoliciesLoaded) Kind() string { return "policies-loaded" }

// The states of a consumer.
const (
	ConsumerEnabled  = "enabled"
	ConsumerDisabled = "disabled"
)
