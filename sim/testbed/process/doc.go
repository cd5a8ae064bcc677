// Package process runs a node of a testbed with our own stack: as a process of
// this very binary, in a namespace of its own, with the same host and the same
// programs as in virtual time on a loop that follows the wall clock.
//
// Coordinator and node process speak over a Unix socket, a line of JSON per
// message: configuration and faults one way, events the other. It does not know
// what other nodes there are.
//
// Start reading at protocol.go, then node.go for the coordinator's side and
// machine.go for the process itself.
package process
