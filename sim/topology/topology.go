// Package topology is a cluster on paper: segments, nodes, and what runs on
// them. The YAML of a scenario decodes into it, package world builds it, and a
// Go spec may write it directly. It holds plain values and their validation;
// it knows nothing of how they come to life.
//
// Read topology.go first: the values with the meaning and default of each
// field. program.go says what a program of a node is, of which each has a file
// of its own; default.go fills in what was left out, validate.go and its
// neighbours say what cannot be built.
package topology

import (
	"net/netip"
	"time"
)

// Topology is all segments and nodes by name. A name is lower-case letters,
// digits and dashes.
type Topology struct {
	Segments map[string]Segment `yaml:"segments" doc:"Ethernet segments, each one learning switch"`
	Nodes    map[string]Node    `yaml:"nodes" doc:"machines"`
}

// Segment is one Ethernet broadcast domain: a learning switch.
type Segment struct {
	Latency      time.Duration `yaml:"latency" doc:"one-way delay from port to port (default 100us)"`
	Ageing       time.Duration `yaml:"ageing" doc:"how long the switch remembers a MAC address (default 300s)"`
	Snooping     Snooping      `yaml:"snooping" doc:"IGMP snooping: off (default), on, or prune-all, the bug that prunes 224.0.0.x too" jsonschema:"enum=off,enum=on,enum=prune-all"`
	ForwardDelay time.Duration `yaml:"forward-delay" doc:"spanning tree: a port drops frames this long after link-up (default 0; 802.1D: 30s)"`
	Isolated     []string      `yaml:"isolated" doc:"nodes whose ports reach only ports that are not isolated"`
}

// Snooping says how a switch treats multicast.
type Snooping string

// The ways of IGMP snooping.
const (
	SnoopingOff   Snooping = "off"
	SnoopingOn    Snooping = "on"
	SnoopingPrune Snooping = "prune-all"
)

// Node is one machine. What it does is said by its programs, the fields whose
// type is a Program; a node with none of them is a host that answers ARP and ping.
type Node struct {
	NICs    map[string]NIC     `yaml:"nics" doc:"interfaces by name; the name is the segment's unless segment says otherwise" jsonschema:"required"`
	ARP     ARPPolicy          `yaml:"arp" doc:"what a gratuitous ARP does to the neighbour cache: linux (default), reply-only, ignore, netstack" jsonschema:"enum=linux,enum=reply-only,enum=ignore,enum=netstack"`
	ARPAge  time.Duration      `yaml:"arp-age" doc:"how long a neighbour entry is believed without a question (default: as the stack does, 30 s)"`
	Gateway *Gateway           `yaml:"gateway" doc:"an appliance: services on a virtual IP"`
	Standby map[string]Standby `yaml:"standby" doc:"standby control by interface"`
	Backend *Backend           `yaml:"backend" doc:"an HTTP server"`
	Client  *Client            `yaml:"client" doc:"an HTTP client"`
	Probe   *Probe             `yaml:"probe" doc:"a health check of something"`
	Router  *Router            `yaml:"router" doc:"forwards between its interfaces; {} for no more than that"`
	Exec    *Exec              `yaml:"exec" doc:"a real host: real programs on the stack of the kernel; in real namespaces only (--world netns)"`
	Others  map[string]Program `yaml:"-" json:"-"` // programs that are not built in, by key; a Go team brings its own
	CPU     CPU                `yaml:"cpu" doc:"processors"`
	Memory  Memory             `yaml:"memory" doc:"memory budget"`
	Boot    time.Duration      `yaml:"boot" doc:"time from power-on to the first instruction of the control plane (default 0)"`
	Start   time.Duration      `yaml:"start" doc:"instant at which the machine is switched on (default 0)"`
	Unsaved []string           `yaml:"unsaved" doc:"properties of the running configuration that were never saved: a reboot loses them, such as lan.address, standby.lan"`
	Clock   Clock              `yaml:"clock" doc:"errors of the machine's clock"`
	Default netip.Addr         `yaml:"default-route" doc:"next hop for everything off its segments"`
}

// NIC is one interface.
type NIC struct {
	Address netip.Prefix  `yaml:"address,short" doc:"address with prefix length, such as 192.0.2.11/24" jsonschema:"required"`
	Segment string        `yaml:"segment" doc:"segment its cable leads to (default: the interface's name)"`
	MAC     string        `yaml:"mac" doc:"burnt-in address (default: made from the node's place)"`
	Latency time.Duration `yaml:"latency" doc:"one-way delay of its cable, beyond the segment's, such as of a member at another site (default 0)"`
}

// ARPPolicy says what a host does with a gratuitous ARP: spec/failover.md §9.1.
type ARPPolicy string

// The ARP policies.
const (
	ARPLinux     ARPPolicy = "linux"      // both forms update an existing entry
	ARPReplyOnly ARPPolicy = "reply-only" // only the reply form does
	ARPIgnore    ARPPolicy = "ignore"     // neither does
	ARPNetstack  ARPPolicy = "netstack"   // what gVisor does by itself
)

// CPU is the processors of a node, shared by all work of a class.
type CPU struct {
	Cores int `yaml:"cores" doc:"number of cores (default 2)" jsonschema:"minimum=1,maximum=1024"`
}

// Memory is the budget from which connections and requests take.
type Memory struct {
	Limit      int64  `yaml:"limit" form:"bytes" doc:"such as 64MiB (default: no limit)"`
	Connection int64  `yaml:"connection" form:"bytes" doc:"bytes an open connection holds (default 64 KiB)"`
	Request    int64  `yaml:"request" form:"bytes" doc:"bytes a request in work holds (default 256 KiB)"`
	Policy     string `yaml:"policy" doc:"over the limit: refuse (default: new connections are reset) or die (the machine crashes and reboots)" jsonschema:"enum=refuse,enum=die"`
}

// Clock is what is wrong with a machine's clock.
type Clock struct {
	Skew  time.Duration `yaml:"skew" doc:"how far the clock is ahead" jsonschema:"minimum=-876000h"`
	Drift float64       `yaml:"drift" form:"share" doc:"share it gains: 1% runs fast" jsonschema:"minimum=-0.9,maximum=1"`
}

// Standby is standby control on one interface: spec/failover.md §3.2.
type Standby struct {
	Group               int             `yaml:"group" doc:"1-255 (default 1)" jsonschema:"minimum=1,maximum=255"`
	VIP                 netip.Addr      `yaml:"vip" doc:"primary virtual IP; absent: learned from the active"`
	Secondary           []netip.Addr    `yaml:"secondary" doc:"secondary virtual IPs"`
	Priority            *int            `yaml:"priority" doc:"0-255, higher wins (default 100)" jsonschema:"minimum=0,maximum=255"`
	Preempt             bool            `yaml:"preempt" doc:"take the role from an active of lower priority (default off)"`
	Hello               time.Duration   `yaml:"hello" doc:"hello timer (default 3s; 2-40 s)"`
	Hold                time.Duration   `yaml:"hold" doc:"hold timer (default 10s; 6-120 s)"`
	Authentication      string          `yaml:"authentication" doc:"text of up to 8 characters or 0x and 16 hexadecimal digits (default 0x5841333500000000, XA35)"`
	Profile             string          `yaml:"profile" doc:"datapower (default), ios, rfc2281 (the literal table, with its deadlocks)" jsonschema:"enum=datapower,enum=ios,enum=rfc2281"`
	Takeover            string          `yaml:"takeover" doc:"arp (default: own MAC and gratuitous ARP) or mac (virtual MAC)" jsonschema:"enum=arp,enum=mac"`
	Jitter              *float64        `yaml:"jitter" form:"share" doc:"hello jitter as a share of the hello timer (default 10%)" jsonschema:"minimum=0,maximum=0.5"`
	BootDelay           time.Duration   `yaml:"boot-delay" doc:"stay in Initial this long after the start (default 0)"`
	Announce            []time.Duration `yaml:"announce" doc:"when gratuitous ARP is sent after a takeover (default 0s, 1s, 2s, 5s)"`
	AnnounceForm        string          `yaml:"announce-form" doc:"both (default), reply, request" jsonschema:"enum=both,enum=reply,enum=request"`
	ReannounceOnWin     bool            `yaml:"reannounce-on-win" doc:"announce again after hearing a lower active (default off)"`
	SpeakBeforeStepDown bool            `yaml:"speak-before-step-down" doc:"send one more Active hello before stepping down (default off)"`
	KeepsVirtualMAC     bool            `yaml:"keeps-virtual-mac" doc:"the defect of spec F31: a warm restart does not release the virtual MAC"`
}
