// Package fault holds faults as values. A fault is one line of text: String
// and Parse are inverse, and the same line stands in scenarios, logs, reports
// and replay commands. Package world gives them effect.
//
// Read fault.go first, which holds the values; parse.go lists the verbs, and
// network.go and machine.go read and print each of them. The package must not
// know of a running world.
package fault

import "time"

// Fault is something that can be done to a running world.
type Fault interface {
	// String returns the line that Parse reads.
	String() string
	// Targets names the nodes and segments that must exist for the fault to
	// make sense.
	Targets() Targets
}

// Targets is what a fault refers to.
type Targets struct {
	Nodes      []string
	Segments   []string
	Interfaces []Port
}

// Port is an interface of a node; printed as node.interface, such as a.lan.
type Port struct{ Node, Interface string }

// Direction limits a fault to one way, seen from the node.
type Direction string

// The directions.
const (
	Both Direction = ""    // both ways
	Out  Direction = "out" // frames the node sends
	In   Direction = "in"  // frames the node would receive
)

// Pull takes a cable out: both ends lose carrier. Silently: frames vanish but
// the carrier stays, as behind a dumb media converter; then a direction may be
// given. Lines: `pull a.lan`, `pull a.lan silently`, `pull a.lan silently out`.
type Pull struct {
	Port      Port
	Silently  bool
	Direction Direction
}

// Plug puts a pulled cable back: `plug a.lan`.
type Plug struct{ Port Port }

// Partition cuts the network between sets of nodes: `partition a | b c1`
// (frames between different sets are lost), `partition one-way a -> b` (only
// frames from the first set to the second are lost). Nodes named in no set are
// cut from nobody. It heals by `heal` or Undo.
type Partition struct {
	Sets   [][]string
	OneWay bool // then there are exactly two sets: from, to
}

// Heal mends partitions, impairments and drops, all or those on one node:
// `heal`, `heal a`.
type Heal struct{ Node string }

// Impair makes a cable bad: `impair a~lan [out|in] loss 2% delay 20ms jitter 5ms`.
// Zero fields are absent from the line.
type Impair struct {
	Port         Port // printed a~lan: the cable between the two
	Direction    Direction
	Loss         float64 // 0..1
	Burst        float64 // mean losses in a row (Gilbert-Elliott); 0 or 1: independent
	Delay        time.Duration
	Jitter       time.Duration
	Distribution string // of the jitter: uniform (default), normal, exponential
	Duplicate    float64
	Reorder      float64
	Corrupt      float64
	Rate         int64 // bits per second; printed 10Mbit/s
	Queue        int64 // bytes that wait for the rate (default 64 KiB)
}

// Drop loses chosen frames: `drop hello from a`, `drop garp from a to b`,
// `drop hello from a every 3rd`, `drop tcp from c1 first 2`.
type Drop struct {
	Kind     string // hello, coup, resign, garp, arp, multicast, tcp, udp, all
	From, To string // nodes; To may be empty: to anybody
	Every    int    // only each n-th; 0: all
	First    int    // only the first n; 0: all
}

// Prune makes a segment's switch lose 224.0.0.x multicast, the IGMP snooping
// bug: `prune multicast lan`. Undone by `unprune multicast lan`.
type Prune struct {
	Segment string
	Undo    bool
}

// Hog takes a share of a CPU class: `hog a service 100%`, `hog a control 99%`.
type Hog struct {
	Node  string
	Class string // control, service
	Share float64
}

// Calm ends the hogs of a node: `calm a`, or of one class: `calm a service`.
type Calm struct{ Node, Class string }

// Fill takes memory: `fill a memory 90%`; `fill a memory 0%` gives it back.
type Fill struct {
	Node  string
	Share float64
}

// Freeze stops a machine without killing it; frames to it are lost. With
// Process only its programs stop, and frames wait: `freeze a`, `freeze a process`.
type Freeze struct {
	Node    string
	Process bool
}

// Thaw lets a frozen machine go on: `thaw a`.
type Thaw struct{ Node string }

// Crash cuts a machine's power: `crash a`. It stays off until `boot a`.
type Crash struct{ Node string }

// Boot switches a machine on: `boot a`. It serves after its boot time.
type Boot struct{ Node string }

// Reboot crashes a machine and switches it on again: `reboot a down 5s`. Warm
// keeps what the hardware keeps: `reboot a warm down 5s`. Without a span,
// `reboot a`, it is down for the machine's own boot time.
type Reboot struct {
	Node string
	Down time.Duration // from the crash to the control plane's first instruction
	Warm bool
}

// Set changes the running configuration: `set a standby.priority 120`,
// `set a standby.lan.preempt on`, `set a lan.address 192.0.2.11/24`,
// `set a standby off` (graceful: event b of RFC 2281), `set a standby on`.
type Set struct{ Node, Property, Value string }

// Save writes the running configuration to where a reboot finds it: `save a`.
type Save struct{ Node string }

// Yield makes an active member give up the role, as the operator's
// YieldEthernetStandby does: `yield a`, `yield a.lan`.
type Yield struct{ Port Port } // Interface empty: all of the node's groups

// Service stops or starts a service: `stop service web on b`, `start service web on b`.
type Service struct {
	Name, Node string
	Start      bool
}

// Backend changes how a back end answers: `backend web status 500`,
// `backend web latency 2s`, `backend web hang`, `backend web reset`, `backend web ok`.
type Backend struct {
	Node    string
	Mode    string // status, latency, hang, reset, ok
	Status  int
	Latency time.Duration
}

// Skew steps a machine's clock: `skew a 5s`. Drift makes it run fast: `drift a 1%`.
type Skew struct {
	Node string
	By   time.Duration
}

// Drift changes the rate of a machine's clock: `drift a 1%`, `drift a -0.5%`.
type Drift struct {
	Node  string
	Share float64
}

// For applies a fault for a while and then undoes it: `pull a.lan for 4s`.
type For struct {
	Fault Fault
	Span  time.Duration
}
