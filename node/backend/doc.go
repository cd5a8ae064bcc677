// Package backend is the servers of the bench, of HTTP or LDAP, which answer,
// hang, reset or misbehave on command. Every connection and every answer is
// logged as an event.
//
// A back end runs on a machine of package node/host and talks HTTP through
// package node/web, LDAP through node/ldap. It knows nothing about virtual IPs,
// groups or faults. Start reading at backend.go, then website.go.
package backend
