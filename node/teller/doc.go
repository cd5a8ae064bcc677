// Package teller is clients that find out what becomes of acknowledged writes:
// clerks that write and read registers and lists over HTTP, one thing at a
// time, and log each operation with its outcome.
//
// An operation is ok, failed if it certainly had no effect, or unknown if
// nobody told the clerk. Only the service itself can say that a write has
// failed; an error of a proxy in between is no proof.
//
// The package judges nothing: package oracle does. Start reading at teller.go.
package teller
