// Package wire compares the netns world with plain Linux: traffic between two
// real hosts through our fabric and through the kernel's bridge; starting ten
// nodes, to the first hello, and starting ten hosts of Mininet; a takeover of
// our pair and one of keepalived.
//
// It needs permission to create network namespaces, and the measured programs.
// Errors that wrap ErrAbsent say what is missing. Start reading at hosts.go.
package wire

import "errors"

// ErrAbsent is wrapped by errors about something that a measurement needs and
// this machine lacks.
var ErrAbsent = errors.New("not measured")
