// Package client is the HTTP clients around a cluster: they ask at instants
// fixed in advance, whatever the answers do. Every step in the life of a
// connection and of a request is logged as an event.
//
// A client runs on a machine of package node/host and speaks through package
// node/web. It knows nothing of virtual IPs, groups or faults. Start reading at
// client.go (when requests are due), then pool.go (which connection carries
// them) and connection.go (what happens on it).
package client
