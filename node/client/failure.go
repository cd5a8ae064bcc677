package client

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// The kinds of failure of a request beside those of package host, as events name
// them. An answer of status 5xx is a failure too, named by StatusFailure.
const (
	Closed     = "closed"     // the server closed the connection before the whole answer
	Mismatched = "mismatched" // the answer was not that of the request
)

// StatusFailure names the failure of an answer with a 5xx status: status-503.
func StatusFailure(status int) string { return "status-" + strconv.Itoa(status) }

// How a connection ended that did not fail.
const (
	byClient = "client"
	byServer = "server"
)

// failure names what went wrong.
func failure(err error) string {
	var mismatch *web.MismatchError
	if errors.As(err, &mismatch) {
		return Mismatched
	}
	return cmp.Or(host.Failure(err), Closed)
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
