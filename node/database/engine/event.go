package engine

// Event is something that happens to the engine. Session is the connection that
// it happens on, a number of the caller's choice above 0.
type Event struct {
	Kind      EventKind
	Session   int
	Statement Statement // of Asked
	Position  Position  // of Attached and Acknowledged
	Feed      Feed      // of Received
	Full      bool      // of DiskChanged
	Key       Key       // of Held
	Timeline  string    // of Promoted: the name of the history that begins
}

// EventKind says what has happened.
type EventKind uint8

// The events.
const (
	Due          EventKind = iota // the deadline has passed; nothing happens if it has not
	Connected                     // a client has connected
	Disconnected                  // the connection of a client or a replica is over
	Asked                         // a client sends a statement; not before the last one is answered
	Attached                      // a connection asks for the records after a position
	Acknowledged                  // a replica has written all records up to a position
	Received                      // this engine's primary sends records
	Promoted                      // a replica becomes the primary
	Demoted                       // a primary becomes a replica; its transactions are rolled back
	DiskChanged                   // the disk has no room left, or has room again
	Held                          // somebody at the console locks a row in a transaction that he leaves open; the zero Key ends it
)

// Verb is what a statement does.
type Verb uint8

// The statements. Those from Put on write, and lock the row.
const (
	Ping     Verb = iota // SELECT 1
	Get                  // the value of a row
	Keys                 // the keys of the rows of a table, sorted, one a line
	Commit               // ends the transaction
	Rollback             // likewise, without its writes
	Lock                 // SELECT ... FOR UPDATE: locks a row and answers as Get does
	Put                  // writes a row
	Append               // adds a word to the end of a row, after a space
	Delete               // removes a row
)

// Key names a row.
type Key struct{ Table, Row string }

// Statement is what a session asks for.
type Statement struct {
	Verb  Verb
	Key   Key
	Value string // of Put and Append
	Auto  bool   // commit at once: auto-commit is on
}

// writes reports whether a replica refuses the statement.
func (v Verb) writes() bool { return v >= Lock }

// Code says how a statement ended.
type Code uint8

// The codes of answers.
const (
	OK          Code = iota
	ReadOnly         // a replica takes no writes
	LockTimeout      // another transaction held the row for too long; the transaction goes on without the statement
	Deadlock         // the transaction was rolled back, so that others could go on
	DiskFull         // the disk has no room; a commit is rolled back
	TooMany          // there are as many connections as may be
	Closing          // the database ends the transaction, because it becomes a replica
)

// Answer is the result of a statement.
type Answer struct {
	Code  Code
	Found bool // the row exists
	Value string
}

// Action is something that the caller has to do.
type Action struct {
	Kind    ActionKind
	Session int
	Answer  Answer
	Feed    Feed     // of Send
	At      Position // of Acknowledge
	Lost    int      // of Diverged: transactions that only the replica had
}

// ActionKind says what to do.
type ActionKind uint8

// The actions, in the order in which one step may return them.
const (
	Ready       ActionKind = iota // recovery is over: accept connections
	Reply                         // send the answer to the session
	Refuse                        // send the answer, and close the connection
	Send                          // send records to the replica of a session
	Acknowledge                   // tell the primary that all up to a position is written
	Diverged                      // the replica of a session has records that this primary never had; it gets a copy, and they are lost
	Degraded                      // no replica answered in time: commits do not wait for one until it has caught up
	Restored                      // they wait again
)
