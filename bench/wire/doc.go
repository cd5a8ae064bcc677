// Package wire compares the netns world with plain Linux: traffic between two
// real hosts through our fabric and through the kernel's bridge; starting ten
// nodes, to the first hello, and starting ten hosts of Mininet; a takeover of
// our pair and one of keepalived. And it compares a stream to a member of a
// self-balancing group through the active member with one to the member itself.
//
// It needs permission to create network namespaces, and the measured programs.
// Errors that wrap ErrAbsent say what is missing. Start reading at hosts.go.
package wire

import "errors"

// ErrAbsent is wrapped by errors about something that a measurement needs and
// this machine lacks.
var ErrAbsent = errors.New("not measured")
