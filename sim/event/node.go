package event

// FaultApplied: the timeline, or a Go spec, broke something on purpose.
type FaultApplied struct {
	Fault string // the fault's own line of text
}

// FaultHealed: what a fault had broken was mended.
type FaultHealed struct {
	Fault string
}

// LinkChanged: an interface gained or lost its carrier.
type LinkChanged struct {
	Interface string
	Up        bool
}

// LoadChanged: a hog took, or left, a share of one CPU class.
type LoadChanged struct {
	Class string  `words:"control,service"`
	Share float64 // 0..1 taken by hogs
}

// MemoryChanged: a machine crossed its memory budget, or came back below it.
type MemoryChanged struct {
	Used, Limit int64 // bytes
	Refusing    bool
}

// ConfigChanged: a property of the running configuration was set.
type ConfigChanged struct {
	Property, Value string
}

// ServiceChanged: a service of a gateway or back end began or ceased to listen.
type ServiceChanged struct {
	Service string
	State   string `words:"listening,waiting,failed,stopped,starting,running"` // the last two of real programs only
	Reason  string
}

// NeighbourChanged: the address by which a host reaches an IP on its segment
// changed.
type NeighbourChanged struct {
	Interface string
	IP        string
	MAC       string // empty: entry removed
}

// MACMoved: a switch learned a MAC address on another port than before.
type MACMoved struct {
	Segment  string
	MAC      string
	From, To string // node.interface of the ports
}

// FrameLooped: a frame was sent again from a port that it had left before, with
// a lower time to live or none: the network leads in a circle. Logged once for
// each port. Node is the one whose port it is.
type FrameLooped struct {
	Segment string
	Port    string // node.interface
	Times   int    // that it had been there
	Frame   string // in words, such as "TCP 192.0.2.1:5000 > 192.0.2.100:80"
}

// FlowRefused: a firewall dropped the packets of a flow that no rule allows, or
// that belong to no connection it knows. Logged once for each flow while the
// machine runs.
type FlowRefused struct {
	Protocol string `words:"TCP,ICMP,IP"`
	From     string // address
	To       string // address; of TCP with port
}

// Kind implements Body.
func (FaultApplied) Kind() string { return "fault-applied" }

// Kind implements Body.
func (FaultHealed) Kind() string { return "fault-healed" }

// Kind implements Body.
func (LinkChanged) Kind() string { return "link-changed" }

// Kind implements Body.
func (LoadChanged) Kind() string { return "load-changed" }

// Kind implements Body.
func (MemoryChanged) Kind() string { return "memory-changed" }

// Kind implements Body.
func (ConfigChanged) Kind() string { return "config-changed" }

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
