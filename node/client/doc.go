// Package client is the HTTP and FTP clients around a cluster, and those that
// ping. They send requests at instants fixed in advance, regardless of the
// answers, or as users who wait for each answer and think. Every step of a
// connection and of a request is logged as an event.
//
// A client runs on a machine of package node/host and talks HTTP through
// package node/web, or FTP through package node/ftp. It knows nothing about
// virtual IPs, groups or faults. Start reading at client.go (when requests are
// due), then pool.go (which connection carries them) and connection.go (what
// happens on it); data.go is the second connection of FTP. Those that ping have
// no connection: see ping.go.
package client
