package event

import "time"

// FaultApplied: the timeline, or a Go spec, broke something on purpose.
type FaultApplied struct {
	Fault string // the fault's own line of text
}

// FaultHealed: the effect of a fault was undone.
type FaultHealed struct {
	Fault string
}

// LinkChanged: an interface gained or lost its carrier.
type LinkChanged struct {
	Interface string
	Up        bool
}

// PortBlocked: the link of an interface came up, and the switch blocks its port
// for a while, as spanning tree does. The machine cannot tell.
type PortBlocked struct {
	Interface string
	Until     time.Duration // the instant from which frames pass
}

// LoadChanged: a hog took or released a share of one CPU class.
type LoadChanged struct {
	Class string  `words:"control,service"`
	Share float64 // 0..1 taken by hogs
}

// MemoryChanged: a machine exceeded its memory budget, or came back below it.
type MemoryChanged struct {
	Used, Limit int64 // bytes
	Refusing    bool
}

// ConfigChanged: a property of the running configuration was set.
type ConfigChanged struct {
	Property, Value string
}

// ServiceChanged: a service of a gateway, back end or resolver started or
// stopped listening.
type ServiceChanged struct {
	Service string
	State   string `words:"listening,waiting,failed,stopped,starting,running"` // the last two of real programs only
	Reason  string
}

// QuiesceChanged: a machine is on its way out of service, or back.
type QuiesceChanged struct {
	State       string `words:"began,draining,drained,timeout,ended"`
	Connections int    // that its services still have while it leaves
}

// The states of a machine that was told to quiesce.
const (
	QuiesceBegan    = "began"    // it says that it is about to leave
	QuiesceDraining = "draining" // its services accept no more connections
	QuiesceDrained  = "drained"  // none is left: its standby control goes off
	QuiesceTimeout  = "timeout"  // some are left, and its standby control goes off
	QuiesceEnded    = "ended"    // it is back
)

// NeighbourChanged: a host now uses another MAC address for an IP on its
// segment.
type NeighbourChanged struct {
	Interface string
	IP        string
	MAC       string // empty: entry removed
}

// MACMoved: a switch learned a MAC address on a different port than before.
type MACMoved struct {
	Segment  string
	MAC      string
	From, To string // node.interface of the ports
}

// FrameLooped: a frame left a port a second time, with a lower time to live or
// none: the network has a loop. Or it left a member of a self-balanced group
// that others had sent it to, one after the other, for the third time. Logged
// once for each port. Node is the owner of the port.
type FrameLooped struct {
	Segment string
	Port    string // node.interface
	Times   int    // that it had been there before
	Frame   string // in words, such as "TCP 192.0.2.1:5000 > 192.0.2.100:80"
}

// FlowRefused: a firewall dropped the packets of a flow that no rule allows, or
// that belong to no connection it knows; or a router dropped the replies to a
// flow, because they do not come from where it sent the requests. Logged once
// for each flow while the machine runs and its rules stay the same.
type FlowRefused struct {
	Protocol string `words:"TCP,ICMP,IP"`
	From     string // address
	To       string // address; of TCP with port
	Reason   string `words:"rule,state,interface,mac"` // for its first packet
}

// Why a flow is refused.
const (
	RefusedRule      = "rule"      // no rule allows it
	RefusedState     = "state"     // it belongs to no known connection
	RefusedInterface = "interface" // its replies come by another interface
	RefusedMAC       = "mac"       // its replies come from another MAC address
)

// Kind implements Body.
func (FaultApplied) Kind() string { return "fault-applied" }

// Kind implements Body.
func (FaultHealed) Kind() string { return "fault-healed" }

// Kind implements Body.
func (LinkChanged) Kind() string { return "link-changed" }

// Kind implements Body.
func (PortBlocked) Kind() string { return "port-blocked" }

// Kind implements Body.
func (LoadChanged) Kind() string { return "load-changed" }

// Kind implements Body.
func (MemoryChanged) Kind() string { return "memory-changed" }

// Kind implements Body.
func (ConfigChanged) Kind() string { return "config-changed" }

// Kind implements Body.
func (QuiesceChanged) Kind() string { return "quiesce-changed" }

// Kind implements Body.
func (ServiceChanged) Kind() string { return "service-changed" }

// Kind implements Body.
func (NeighbourChanged) Kind() string { return "neighbour-changed" }

// Kind implements Body.
func (MACMoved) Kind() string { return "mac-moved" }

// Kind implements Body.
func (FrameLooped) Kind() string { return "frame-looped" }

// Kind implements Body.
func (FlowRefused) Kind() string { return "flow-refused" }
