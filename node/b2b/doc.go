// Package b2b is what one party of an exchange of business documents remembers
// and does: the sender of AS2 (RFC 4130), which sends a document again under
// the same Message-ID until a receipt comes; the receiver, which recognises
// what it has had before; and the persistence store, by which both know
// (spec/failover.md §5.1, F17). It also has the texts of receipts and of status
// requests.
//
// The package is pure: it is told instants and returns what to do. It knows
// neither machines nor connections, and not who else has a store: that members
// of a group each have one of their own is what its incidents are about.
//
// Start reading at transaction.go, the two tables; store.go applies them,
// receipt.go and status.go are the texts.
package b2b
