package client

import (
	"errors"
	"strconv"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// The kinds of failure of a request, as events name them. An answer of status
// 5xx is a failure too, named by StatusFailure.
const (
	Refused     = "refused"     // the server's machine has nobody who listens
	Reset       = "reset"       // the connection was reset
	Timeout     = "timeout"     // no connection, or no answer, in time
	Unreachable = "unreachable" // no way to the server's machine
	Closed      = "closed"      // the server closed the connection before the whole answer
	Mismatched  = "mismatched"  // the answer was not that of the request
)

// StatusFailure names the failure of an answer with a 5xx status: status-503.
func StatusFailure(status int) string { return "status-" + strconv.Itoa(status) }

// How a connection ended, beside Refused, Reset, Timeout and Unreachable.
const (
	byClient = "client"
	byServer = "server"
)

// failure names what went wrong.
func failure(err error) string {
	var mismatch *web.MismatchError
	switch {
	case errors.As(err, &mismatch):
		return Mismatched
	case errors.Is(err, host.ErrRefused):
		return Refused
	case errors.Is(err, host.ErrReset):
		return Reset
	case errors.Is(err, host.ErrTimeout):
		return Timeout
	case errors.Is(err, host.ErrUnreachable), errors.Is(err, host.ErrDown):
		return Unreachable
	}
	return Closed
}

// ending names how a connection ended that a failure ended.
func ending(failure string) string {
	switch failure {
	case Closed:
		return byServer
	case Mismatched:
		return byClient
	}
	return failure
}
