// Package session carries messages between programs of the bench: a few fields
// of text over a TCP connection, one line each. It stands in for the wire
// protocols of databases, message brokers and clusters, whose real clients
// start goroutines and so cannot run in virtual time. What the bench measures
// of them depends on connections, timeouts and lost answers, which are real
// here: each connection is one of the machine's TCP/IP stack.
//
// It owns the form of a message, the two directions of a connection and a port
// that can be stopped and started, which also serves HTTP. It must not know
// what a message means.
//
// Start reading at message.go; link.go is a connection, port.go what listens,
// service.go what serves messages there.
package session
