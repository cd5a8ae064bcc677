package b2b

import "time"

// State is the state of a transaction: of one document that was sent or
// received.
type State string

// The states. A store that does not know a transaction has it in state None.
const (
	None         State = ""
	Waiting      State = "waiting"      // sent, and no receipt has come
	Acknowledged State = "acknowledged" // sent, and its receipt has come
	Failed       State = "failed"       // sent, and given up or refused
	Processed    State = "processed"    // received, and passed on
)

// Final reports whether nothing is left to do for a transaction, so that the
// store may forget it.
func (s State) Final() bool { return s != Waiting }

// Event is what happens to a transaction.
type Event string

// The events.
const (
	Submit   Event = "submit"   // the party has a new document to send
	Due      Event = "due"      // no receipt has come in time
	Positive Event = "positive" // a receipt says that the document was processed, now or before
	Negative Event = "negative" // a receipt says that the document was refused
	Arrive   Event = "arrive"   // the document has come from the other side
)

// Action is what the party does.
type Action string

// The actions.
const (
	Ignore   Action = "ignore"
	Transmit Action = "transmit" // send the document
	GiveUp   Action = "give up"  // report that it has failed
	Confirm  Action = "confirm"  // report that it was received
	Refuse   Action = "refuse"   // there is no room: neither send nor process it
	Process  Action = "process"  // pass it on, and send a receipt
	Repeat   Action = "repeat"   // only send a receipt, with the warning duplicate-document
	Unknown  Action = "unknown"  // a receipt for a document that this party has never sent
)

// Condition is what else decides.
type Condition string

// The conditions.
const (
	Always Condition = ""
	Room   Condition = "room" // the store has room, or makes some
	Full   Condition = "full"
	Left   Condition = "resends left"
	Out    Condition = "no resends left"
)

// Rule is one row of a table: in state From, Event makes it To and the party
// does Action.
type Rule struct {
	From   State
	Event  Event
	When   Condition
	To     State
	Action Action
}

// Rules are the transitions of a transaction. What stands nowhere is ignored
// and changes nothing.
//
// A positive receipt that comes after the sender has given up is late: the
// document was processed, and the sender has reported the opposite. AS2 has no
// way to take that back.
var Rules = []Rule{
	{None, Submit, Room, Waiting, Transmit},
	{None, Submit, Full, None, Refuse},
	{Waiting, Due, Left, Waiting, Transmit},
	{Waiting, Due, Out, Failed, GiveUp},
	{Waiting, Positive, Always, Acknowledged, Confirm},
	{Waiting, Negative, Always, Failed, GiveUp},
	{None, Positive, Always, None, Unknown},
	{None, Negative, Always, None, Unknown},
	{Processed, Positive, Always, Processed, Unknown},
	{Processed, Negative, Always, Processed, Unknown},

	{None, Arrive, Room, Processed, Process},
	{None, Arrive, Full, None, Refuse},
	{Processed, Arrive, Always, Processed, Repeat},
}

// Next returns the state after an event and what to do. Met says which
// conditions hold.
func Next(from State, e Event, met func(Condition) bool) (State, Action) {
	for _, r := range Rules {
		if r.From == from && r.Event == e && (r.When == Always || met(r.When)) {
			return r.To, r.Action
		}
	}
	return from, Ignore
}

// Transaction is one document as one store knows it.
type Transaction struct {
	ID       string // its Message-ID, the same for every transmission
	State    State
	Sent     bool          // by this party; otherwise it was received
	Attempts int           // transmissions, or arrivals
	Since    time.Duration // instant of the first
	Due      time.Duration // of Waiting: when it is sent again or given up
	Receipt  bool          // the store has its receipt: received, or sent
	Foreign  bool          // a copy of what another store has: that one's party sends it again

	before, after *Transaction // in the order of Since
	sooner, next  *Transaction // of those that wait, in the order of Due
}
