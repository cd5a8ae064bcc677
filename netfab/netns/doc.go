// Package netns is the Linux below the netns world: network namespaces, veth
// cables, ports that read and write raw frames, control groups, and what this
// machine can do of all that.
//
// A Namespace is held by a file descriptor and has no name, so it ends with the
// last process that holds it. Connect lays a Cable, a veth pair, from the
// fabric's namespace to a node's: no offloads, no IPv6, a carrier that can be
// taken away. A Port is an AF_PACKET socket on one end of a cable and moves
// whole frames in batches; a Poller waits for them. WatchCarrier tells a node of its cables. A Group
// freezes, slows and kills the processes of a node, with cgroups or, where it
// may not have them, with signals. Reexec makes root of an ordinary user, in
// namespaces of his own. Probe says, line by line, what is there and what is
// missing.
//
// Nothing here touches an interface, a route or a sysctl of the namespace that
// the program was started in, and nothing outlives the processes that made it:
// namespaces and cables go with their holders, groups with the reaper (see
// reaper_linux.go).
//
// The package knows frames as bytes. It must not know the switch that stands
// between ports, nor a scenario: netfab moves the frames, sim/testbed says who
// is a node. It runs on real time and has goroutines; no other package of the
// fabric may.
//
// Start reading at namespace_linux.go and cable.go; port_linux.go is where
// frames pass. On other systems than Linux everything returns ErrUnsupported.
package netns

import "errors"

// ErrUnsupported is returned by everything here on systems other than Linux.
var ErrUnsupported = errors.New("netns: only Linux has network namespaces")

// ErrLimit says that the kernel refuses one more namespace; the error that
// wraps it names the sysctl that sets the limit and its value.
var ErrLimit = errors.New("limit reached")

// ErrPrivilege says that a capability is missing; the error that wraps it says
// which. Reexec is what gets it without root.
var ErrPrivilege = errors.New("not permitted")
