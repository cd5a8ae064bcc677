// Package wire measures the netns world against what Linux does without it: two
// real hosts that talk through our fabric, and through the kernel's own bridge;
// ten nodes from nothing to the first hello, and ten hosts of Mininet; a takeover
// of our pair, and one of keepalived.
//
// It needs the right to make network namespaces, and the programs it is about.
// ErrAbsent says in a sentence what is missing. Start reading at hosts.go.
package wire

import "errors"

// ErrAbsent is what a measurement needs and this machine does not have.
var ErrAbsent = errors.New("not measured")
