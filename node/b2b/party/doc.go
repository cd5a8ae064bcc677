// Package party is one side of an exchange of business documents on a machine:
// the shell of package b2b. It sends documents over HTTP, waits for receipts
// and sends again, answers what comes from the other side, and logs all of it.
// Whoever listens passes on the requests: the gateway's service of kind b2b, or
// a business partner.
//
// The store is not the party's: it belongs to the machine and survives it. The
// package knows nothing of groups; which member gets a request, and whose
// receipt it brings, is decided elsewhere.
//
// Start reading at party.go; sender.go sends documents, receiver.go answers,
// replica.go copies the store to other members.
package party
