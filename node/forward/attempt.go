package forward

import (
	"errors"
	"io"
	"net/http"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// Attempt is what is done to get an answer from one server.
type Attempt struct {
	To      netip.AddrPort
	From    netip.Addr // source; the zero address: that of the interface
	Request *web.Request
	Limits  Limits
	Alone   bool // on a connection of its own, which ends with the answer
	Once    bool // not repeated if a connection that was kept has ended
	// Secure does the TLS handshake on a new connection, within the time limit for
	// it; nil: there is none.
	Secure func(web.Conn) (web.Conn, error)
}

// Limits is how long an attempt may take. Zero values stand for no limit.
type Limits struct {
	Connect time.Duration // for the connection
	Answer  time.Duration // from the request to the end of its answer
	Silence time.Duration // between two successive reads (nginx: proxy_read_timeout), and writes
	Sending time.Duration // between two successive writes (nginx: proxy_send_timeout), instead of Silence
}

// Stage is how far an attempt had come when it failed.
type Stage int

// The stages of an attempt, in their order.
const (
	Connecting Stage = iota // nothing was sent
	Waiting                 // the request was sent, at least in part; no answer has begun
	Reading                 // the answer has begun
)

// Error is an attempt that failed. It wraps the connection's error, or a
// *web.MismatchError if what came is not HTTP.
type Error struct {
	Stage Stage
	Err   error
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the error of the connection.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the server was too slow.
func (e *Error) Timeout() bool { return errors.Is(e.Err, host.ErrTimeout) }

// Malformed reports whether the server sent something that is not HTTP.
func (e *Error) Malformed() bool {
	var mismatch *web.MismatchError
	return errors.As(e.Err, &mismatch)
}

// gone reports whether the server has ended the connection.
func gone(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, host.ErrReset) || errors.Is(err, host.ErrClosed)
}

// Safe reports whether a method may be repeated at will: RFC 9110 §9.2.1.
func Safe(method string) bool {
	return method == "" || method == http.MethodGet || method == http.MethodHead
}
