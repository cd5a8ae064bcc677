// Package testbed runs a topology in real time on Linux network namespaces,
// with the very code of the virtual world. This process, the coordinator, has
// the fabric: switches, cables, rules, capture, the journal. Every node is a
// process of the same binary in a namespace of its own, with the same host and
// the same programs on a loop that follows the wall clock.
//
// A node with exec is a real host instead: real programs use the stack of the
// namespace's kernel, and the coordinator watches what they do and print.
//
// A cable is a veth pair with an AF_PACKET port at each end; pulling it is a
// real loss of carrier. All instants count from the same moment of
// CLOCK_MONOTONIC.
//
// Start reading at testbed.go. Package attachment connects a node to the
// fabric, whatever runs in it; process is our stack in a child process,
// realhost a kernel with real programs. Each of them gets its part of the
// testbed as values that are complete and do not change; none of them knows the
// testbed.
package testbed
