package client

import (
	"cmp"
	"errors"
	"strconv"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/node/ftp"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/name"
	"github.com/cablepull/cablepull/node/web"
	"github.com/cablepull/cablepull/sim/topology"
)

// The kinds of failure of a request that events name, in addition to those of
// package host. An answer that is not good is also a failure, named by
// StatusFailure.
const (
	Name       = "name"       // the address of the target was not found
	TLS        = "tls"        // the handshake failed: the certificate is not the wanted one, or there is none
	Closed     = "closed"     // the server closed the connection before the whole answer
	Mismatched = "mismatched" // the answer was not that of the request
)

// StatusFailure names the failure of an answer by its status, such as
// status-503, or status-425 of FTP.
func StatusFailure(status int) string { return "status-" + strconv.Itoa(status) }

// How a connection ended without a failure.
const (
	byClient = "client"
	byServer = "server"
)

// isGood reports whether a server has answered with what was asked for, or at
// least with a reason why it does not have that: in HTTP, 5xx is a failure; in
// FTP, where nobody asks for what there is not, 4xx and 5xx are.
func (c *Client) isGood(status int) bool {
	if c.target.Scheme == topology.SchemeFTP {
		return status < 400
	}
	return status < 500
}

// failure names the kind of an error.
func failure(err error) string {
	var mismatch *web.MismatchError
	var insecure *certificate.Error
	var unknown *name.Error
	switch {
	case errors.As(err, &mismatch):
		return Mismatched
	case errors.As(err, &insecure):
		return TLS
	case errors.As(err, &unknown):
		return Name
	}
	return cmp.Or(host.Failure(err), Closed)
}

// ending names how an error ended a connection. A failure of a data connection
// makes the client end the one that carried the request.
func ending(err error) string {
	var data *ftp.DataError
	if errors.As(err, &data) {
		return byClient
	}
	switch how := failure(err); how {
	case Closed:
		return byServer
	case Mismatched:
		return byClient
	default:
		return how
	}
}
