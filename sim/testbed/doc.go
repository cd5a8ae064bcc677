// Package testbed runs a topology in real time on Linux network namespaces, with
// the very code of the virtual world. This process, the coordinator, has the
// fabric: switches, cables, rules, capture, the journal. Every node is a process
// of the same binary in a namespace of its own, with the same host and the same
// programs on a loop that follows the wall clock.
//
// A node with exec is a real host instead: programs on the stack of the
// namespace's kernel, of which the coordinator watches what they do and say.
//
// A cable is a veth pair with an AF_PACKET port at each end; pulling it is real
// loss of carrier. Coordinator and nodes speak over a Unix socket, a line of JSON
// per message: configuration and faults one way, events the other. All instants
// count from the same moment of CLOCK_MONOTONIC.
//
// Start reading at testbed.go. Package attachment is how a node hangs on the
// fabric, whatever it is; process is our stack in a process, realhost a kernel
// with real programs. None of the three knows the testbed.
package testbed
