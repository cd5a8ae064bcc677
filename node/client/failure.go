package client

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/web"
)

// The kinds of failure of a request that events name, in addition to those of
// package host. An answer with status 5xx is also a failure, named by
// StatusFailure.
const (
	TLS        = "tls"        // the handshake failed: the certificate is not the wanted one, or there is none
	Closed     = "closed"     // the server closed the connection before the whole answer
	Mismatched = "mismatched" // the answer was not that of the request
)

// StatusFailure names the failure of an answer with a 5xx status: status-503.
func StatusFailure(status int) string { return "status-" + strconv.Itoa(status) }

// How a connection ended without a failure.
const (
	byClient = "client"
	byServer = "server"
)

// failure names the kind of an error.
func failure(err error) string {
	var mismatch *web.MismatchError
	var insecure *certificate.Error
	switch {
	case errors.As(err, &mismatch):
		return Mismatched
	case errors.As(err, &insecure):
		return TLS
	}
	return cmp.Or(host.Failure(err), Closed)
}

// ending names how a failure ended a connection.
func ending(failure string) string {
	switch failure {
	case Closed:
		return byServer
	case Mismatched:
		return byClient
	}
	return failure
}
