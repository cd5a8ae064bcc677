// Package netns is the Linux kernel below the netns world: network namespaces,
// veth cables, ports that read and write raw frames, control groups, and a
// probe of what this machine offers of them.
//
// A Namespace is held by a file descriptor and has no name, so it ends with the
// last process that holds it. Connect lays a Cable, a veth pair, from the
// fabric's namespace to a node's: no offloads, no IPv6, a carrier that can be
// switched off. A Port is an AF_PACKET socket on one end of a cable and moves
// whole frames in batches; a Poller waits for them. WatchCarrier reports the
// carrier of a node's cables. A Group freezes, slows and kills the processes of
// a node, with cgroups or, where there are none, with signals. Reexec makes an
// ordinary user root of namespaces of their own. Probe lists what is there and
// what is missing.
//
// Nothing here touches an interface, a route or a sysctl of the namespace that
// the program was started in, and nothing outlives the processes that made it:
// namespaces and cables go with their holders, groups with the reaper (see
// reaper_linux.go).
//
// To this package frames are bytes. It must not know the switch between the
// ports, nor a scenario: netfab moves the frames, sim/testbed knows the nodes.
// It runs in real time and starts goroutines; no other package of the fabric
// may.
//
// Start reading at namespace_linux.go and cable.go; port_linux.go is where
// frames pass. On systems other than Linux everything returns ErrUnsupported.
package netns

import "errors"

// ErrUnsupported is returned by everything here on systems other than Linux.
var ErrUnsupported = errors.New("netns: only Linux has network namespaces")

// ErrLimit reports that the kernel refuses another namespace; the error that
// wraps it names the sysctl of the limit and its value.
var ErrLimit = errors.New("limit reached")

// ErrPrivilege reports a missing capability; the error that wraps it says
// which. Reexec gets it without root.
var ErrPrivilege = errors.New("not permitted")
