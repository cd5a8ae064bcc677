// Package balance is the messages of the members of a self-balancing group:
// reports of what each can serve, and the connections that a new Active member
// asks for.
//
// The product does not publish its protocol (spec/failover.md §10), so this one
// is ours. message.go documents the format; package layer shows it to gopacket.
//
// Start reading at message.go.
package balance
