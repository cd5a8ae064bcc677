package event

import "time"

// ConnOpened: a client began to open a connection. Conn numbers are unique in
// a run.
type ConnOpened struct {
	Conn   uint64
	Target string // ip:port
}

// ConnEstablished: the client's handshake is complete, with https that of TLS
// as well.
type ConnEstablished struct {
	Conn  uint64
	Local string // the client's ip:port, by which servers name the connection
}

// ConnClosed: a client's connection is over.
type ConnClosed struct {
	Conn     uint64
	How      string `words:"client,server,refused,reset,timeout,unreachable,tls"`
	Answered int    // requests answered on it; of a data connection of FTP: whole files
}

// ConnAccepted: a service accepted a connection. Node is the server.
type ConnAccepted struct {
	Service string
	Client  string // the client's ip:port
}

// ConnTimedOut: a service closes a connection because its client took too long.
// Node is the server.
type ConnTimedOut struct {
	Service string
	Client  string // the client's ip:port
	Timeout string `words:"idle,persistent"` // which of the service's timeouts
}

// The timeouts of a service that close connections.
const (
	IdleTimeout       = "idle"       // for a first request, or the rest of one
	PersistentTimeout = "persistent" // between two requests
)

// RequestSent: a client wrote a request. Numbers are unique in a run; a retry
// keeps the number and counts the attempt.
type RequestSent struct {
	Request, Conn uint64
	Attempt       int // 1 for the first
}

// RequestWaiting: the run ended while a request that was due had not been sent:
// it waited for a connection, new or free.
type RequestWaiting struct {
	Request uint64
	Waited  time.Duration // since it came due
}

// RequestServed: a service answered a request. Node is the server.
type RequestServed struct {
	Service string
	Request uint64
	Client  string // ip:port of the connection it came on
}

// RequestAnswered: a client received its complete answer.
type RequestAnswered struct {
	Request, Conn uint64
	By            string        // the node that answered, as it names itself; of a ping: as its MAC address tells, if that is its own
	Status        int           // 0: of a ping
	Latency       time.Duration // since the first attempt was due
}

// SessionServed: a client that keeps cookies received a good answer to a
// request of one of its sessions.
type SessionServed struct {
	Session int // from 1, of this client
	Request uint64
	By      string // the node that served it: the last one, if others forwarded the request
}

// RequestFailed: a client gave up a request, or will retry it.
type RequestFailed struct {
	Request, Conn uint64
	Failure       string `words:"refused,reset,timeout,unreachable,name,tls,closed,mismatched,status-"` // status-503 is an answer
	Retried       bool
	After         time.Duration // since the first attempt was due
}

// AnswerMismatched: an answer belongs to another request, or its bytes are
// wrong.
type AnswerMismatched struct {
	Request, Conn uint64
	Detail        string
}

// AnswerIgnored: a client that pings received an answer to a request that had
// failed, or that was answered before.
type AnswerIgnored struct {
	Request uint64
	By      string // the node that answered, as far as its MAC address tells
	Reason  string `words:"late,duplicate"`
}

// Why an answer is ignored.
const (
	AnswerLate      = "late"      // the request had failed
	AnswerDuplicate = "duplicate" // it was answered before
)

// Kind implements Body.
func (ConnOpened) Kind() string { return "conn-opened" }

// Kind implements Body.
func (ConnEstablished) Kind() string { return "conn-established" }

// Kind implements Body.
func (ConnClosed) Kind() string { return "conn-closed" }

// Kind implements Body.
func (ConnAccepted) Kind() string { return "conn-accepted" }

// Kind implements Body.
func (ConnTimedOut) Kind() string { return "conn-timed-out" }

// Kind implements Body.
func (RequestSent) Kind() string { return "request-sent" }

// Kind implements Body.
func (RequestWaiting) Kind() string { return "request-waiting" }

// Kind implements Body.
func (RequestServed) Kind() string { return "request-served" }

// Kind implements Body.
func (RequestAnswered) Kind() string { return "request-answered" }

// Kind implements Body.
func (RequestFailed) Kind() string { return "request-failed" }

// Kind implements Body.
func (SessionServed) Kind() string { return "session-served" }

// Kind implements Body.
func (AnswerMismatched) Kind() string { return "answer-mismatched" }

// Kind implements Body.
func (AnswerIgnored) Kind() string { return "answer-ignored" }
