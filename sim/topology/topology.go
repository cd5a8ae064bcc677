// Package topology describes a cluster: segments, nodes, and what runs on them.
// The YAML of a scenario decodes into it, package world builds it, and a Go
// spec may write it directly. It holds plain values and their validation; it
// must not know how they are built or run.
//
// Read topology.go first: the values with the meaning and default of each
// field. program.go says what a program of a node is; each program has a file
// of its own. default.go fills in defaults; validate.go and its neighbours
// report what cannot be built.
package topology

import (
	"net/netip"
	"time"
)

// Topology is all segments and nodes by name. A name is lower-case letters,
// digits and dashes.
type Topology struct {
	Segments map[string]Segment `yaml:"segments" doc:"Ethernet segments, each a learning switch"`
	Nodes    map[string]Node    `yaml:"nodes" doc:"machines"`

	AllowInvalid []string `yaml:"allow-invalid" doc:"start-up mistakes that are made on purpose; others are refused, and so is one that does not occur: duplicate-mac, duplicate-ip, wrong-netmask, service-loop" jsonschema:"enum=duplicate-mac,enum=duplicate-ip,enum=wrong-netmask,enum=service-loop"`
}

// Segment is one Ethernet broadcast domain: a learning switch.
type Segment struct {
	Latency      time.Duration `yaml:"latency" doc:"one-way delay from port to port (default 100us)"`
	Ageing       time.Duration `yaml:"ageing" doc:"how long the switch remembers a MAC address (default 300s)"`
	Snooping     Snooping      `yaml:"snooping" doc:"IGMP snooping: off (default), on, or prune-all, the bug that also prunes 224.0.0.x" jsonschema:"enum=off,enum=on,enum=prune-all"`
	ForwardDelay time.Duration `yaml:"forward-delay" doc:"spanning tree: how long a port drops frames after link-up (default 0; 802.1D: 30s)"`
	Isolated     []string      `yaml:"isolated" doc:"nodes on isolated ports, which reach only ports that are not isolated"`
}

// Snooping says how a switch treats multicast.
type Snooping string

// The modes of IGMP snooping.
const (
	SnoopingOff   Snooping = "off"
	SnoopingOn    Snooping = "on"
	SnoopingPrune Snooping = "prune-all"
)

// Node is one machine. Its programs, the fields whose type is a Program, say
// what it does; a node without programs is a host that answers ARP and ping.
type Node struct {
	NICs         map[string]NIC     `yaml:"nics" doc:"interfaces by name; each is on the segment of the same name unless segment says otherwise" jsonschema:"required"`
	ARP          ARPPolicy          `yaml:"arp" doc:"what a gratuitous ARP does to the neighbour cache: linux (default), reply-only, ignore, netstack" jsonschema:"enum=linux,enum=reply-only,enum=ignore,enum=netstack"`
	ARPAge       time.Duration      `yaml:"arp-age" doc:"how long a neighbour entry is used before it is checked again (default: the stack's own 30 s)"`
	ARPLife      time.Duration      `yaml:"arp-life" doc:"how long a neighbour entry lives after ARP has last brought it: traffic does not prolong it, nothing checks it, and then the address is resolved anew; Cisco IOS: 4h (default: entries are checked instead, see arp-age)"`
	ARPPermanent map[string]string  `yaml:"arp-permanent" doc:"permanent neighbour entries, which no ARP changes: an address on one of the node's segments, and its MAC address or the interface that has it, such as a.lan"`
	Unknown      string             `yaml:"unknown-connections" doc:"what happens to TCP segments that belong to no connection of the machine: reset (default: answered with RST) or drop (ignored, as a stateful packet filter does that does not know the other member's connections)" jsonschema:"enum=reset,enum=drop"`
	Gateway      *Gateway           `yaml:"gateway" doc:"an appliance that serves virtual IPs"`
	Standby      map[string]Standby `yaml:"standby" doc:"standby control, by interface"`
	Backend      *Backend           `yaml:"backend" doc:"an HTTP server"`
	Proxy        *Proxy             `yaml:"proxy" doc:"a reverse proxy that balances as nginx does"`
	Balancer     *Balancer          `yaml:"balancer" doc:"a load balancer in front of other machines, such as HAProxy, an F5 or a Cisco"`
	Client       *Client            `yaml:"client" doc:"an HTTP or FTP client"`
	Probe        *Probe             `yaml:"probe" doc:"a health check"`
	Router       *Router            `yaml:"router" doc:"forwards packets between the node's interfaces; {} forwards everything unchanged"`
	Resolver     *Resolver          `yaml:"resolver" doc:"a DNS server; with health checks, a global load balancer"`
	Cell         *Cell              `yaml:"cell" json:",omitempty" doc:"the deployment manager of a WebSphere cell, which tells load-balancer groups their members"`
	Partner      *Partner           `yaml:"partner" json:",omitempty" doc:"a business partner that exchanges documents with a gateway's service of kind b2b"`
	Database     *Database          `yaml:"database" json:",omitempty" doc:"a transactional database, such as MySQL"`
	Accounts     *Accounts          `yaml:"accounts" json:",omitempty" doc:"an HTTP service whose data are in a database"`
	Teller       *Teller            `yaml:"teller" json:",omitempty" doc:"clients of accounts that find out what becomes of acknowledged writes"`
	Broker       *Broker            `yaml:"broker" json:",omitempty" doc:"a message broker with queues, topics and leases"`
	Publisher    *Publisher         `yaml:"publisher" json:",omitempty" doc:"sends numbered messages to a queue or a topic"`
	Consumer     *Consumer          `yaml:"consumer" json:",omitempty" doc:"takes messages from a queue; several can see to it that only one does"`
	Throttle     *Throttle          `yaml:"throttle" json:",omitempty" doc:"the throttling of an API manager: control plane, traffic manager and gateway"`
	APIM         *APIM              `yaml:"apim" json:",omitempty" doc:"API managers: publisher, store, admin and carbon consoles, and a gateway that serves APIs"`
	Developer    *Developer         `yaml:"developer" json:",omitempty" doc:"a user of API managers, who publishes APIs, subscribes to them and calls them"`
	Files        *Files             `yaml:"files" json:",omitempty" doc:"the files of the machine, such as deployed artifacts, and how they get to other machines"`
	Cluster      *Cluster           `yaml:"cluster" json:",omitempty" doc:"a member of a cluster, as Hazelcast is in WSO2 Carbon"`
	Exec         *Exec              `yaml:"exec" doc:"a real host: real programs on the kernel's network stack; only in real namespaces (--world netns)"`
	Others       map[string]Program `yaml:"-" json:"-"` // programs that are not built in, by key; a Go team brings its own
	CPU          CPU                `yaml:"cpu" doc:"processors"`
	Memory       Memory             `yaml:"memory" doc:"memory budget"`
	Boot         time.Duration      `yaml:"boot" doc:"time from power-on until the control plane starts (default 0)"`
	Start        time.Duration      `yaml:"start" doc:"when the machine is switched on (default 0)"`
	Unsaved      []string           `yaml:"unsaved" doc:"properties of the running configuration that were never saved, such as lan.address or standby.lan; a reboot loses them"`
	Clock        Clock              `yaml:"clock" doc:"clock errors"`
	Nameservers  Nameservers        `yaml:"nameservers" doc:"resolvers where its programs look up names, such as 192.0.2.53 in a list (default: none, targets must be addresses)"`
	Default      netip.Addr         `yaml:"default-route" doc:"next hop to addresses outside the node's segments"`
}

// NIC is one interface.
type NIC struct {
	Address netip.Prefix  `yaml:"address,short" doc:"address with prefix length, such as 192.0.2.11/24" jsonschema:"required"`
	Segment string        `yaml:"segment" doc:"segment its cable connects to (default: the interface's name)"`
	MAC     string        `yaml:"mac" doc:"burnt-in address (default: numbered in the order of node and interface names)"`
	Latency time.Duration `yaml:"latency" doc:"extra one-way delay of its cable, such as for a member at another site (default 0)"`
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

// CPU describes the processors of a node, shared by all work of a class.
type CPU struct {
	Cores int `yaml:"cores" doc:"number of cores (default 2)" jsonschema:"minimum=1,maximum=1024"`
}

// Memory is the budget that connections and requests draw on.
type Memory struct {
	Limit      int64  `yaml:"limit" form:"bytes" doc:"available memory, such as 64MiB (default: no limit)"`
	Connection int64  `yaml:"connection" form:"bytes" doc:"memory of an open connection (default 64 KiB)"`
	Request    int64  `yaml:"request" form:"bytes" doc:"memory of a request in progress (default 256 KiB)"`
	Policy     string `yaml:"policy" doc:"when memory runs out: refuse (default: new connections are reset) or die (the machine crashes and reboots)" jsonschema:"enum=refuse,enum=die"`
}

// Clock is the error of a machine's clock.
type Clock struct {
	Skew  time.Duration `yaml:"skew" doc:"how far the clock is ahead; negative: behind" jsonschema:"minimum=-876000h"`
	Drift float64       `yaml:"drift" form:"share" doc:"how much the clock gains: at 1% it runs fast, at -1% slow" jsonschema:"minimum=-0.9,maximum=1"`
}

// Standby is standby control on one interface: spec/failover.md §3.2.
type Standby struct {
	Group               int             `yaml:"group" doc:"group number, 1-255 (default 1)" jsonschema:"minimum=1,maximum=255"`
	VIP                 netip.Addr      `yaml:"vip" doc:"primary virtual IP (default: learned from the active)"`
	Secondary           []netip.Addr    `yaml:"secondary" doc:"secondary virtual IPs"`
	Priority            *int            `yaml:"priority" doc:"0-255, higher wins (default 100)" jsonschema:"minimum=0,maximum=255"`
	Preempt             bool            `yaml:"preempt" doc:"take over from an active with lower priority (default off)"`
	Hello               time.Duration   `yaml:"hello" doc:"hello timer, 2-40 s (default 3s); with profile ios the active's overrides it"`
	Hold                time.Duration   `yaml:"hold" doc:"hold timer, 6-120 s (default 10s); with profile ios the active's overrides it"`
	Authentication      string          `yaml:"authentication" doc:"up to 8 characters of text, or 0x and 16 hexadecimal digits (default 0x5841333500000000, XA35)"`
	Profile             string          `yaml:"profile" doc:"state table: datapower (default), ios, rfc2281 (the RFC to the letter, with its deadlocks)" jsonschema:"enum=datapower,enum=ios,enum=rfc2281"`
	Takeover            string          `yaml:"takeover" doc:"arp (default: own MAC and gratuitous ARP) or mac (virtual MAC)" jsonschema:"enum=arp,enum=mac"`
	Jitter              *float64        `yaml:"jitter" form:"share" doc:"random variation of the hello timer, as a share of it (default 10%)" jsonschema:"minimum=0,maximum=0.5"`
	BootDelay           time.Duration   `yaml:"boot-delay" doc:"how long to stay in Initial after the start (default 0)"`
	LinkDelay           time.Duration   `yaml:"link-delay" json:",omitempty" doc:"ours, not the product's: how long its carrier must have been back before the member leaves Initial (default 0)"`
	PreemptDelay        time.Duration   `yaml:"preempt-delay" json:",omitempty" doc:"ours: how long after it has joined the group, at boot or when its carrier is back, the member does not preempt (default 0)"`
	PreemptWhenServing  bool            `yaml:"preempt-when-serving" json:",omitempty" doc:"ours: do not preempt before every service of the gateway has listened since the boot (default off)"`
	Announce            []time.Duration `yaml:"announce" doc:"when to send gratuitous ARP after a takeover (default 0s, 1s, 2s, 5s)"`
	AnnounceEvery       time.Duration   `yaml:"announce-every" json:",omitempty" doc:"ours: while active, send gratuitous ARP again at this interval after those of the takeover (default 0s; only those)"`
	AnnounceForm        string          `yaml:"announce-form" doc:"form of gratuitous ARP: both (default), reply, request" jsonschema:"enum=both,enum=reply,enum=request"`
	ReannounceOnWin     bool            `yaml:"reannounce-on-win" doc:"announce again after hearing an active with lower priority (default off)"`
	SpeakBeforeStepDown bool            `yaml:"speak-before-step-down" doc:"send one more Active hello before stepping down (default off)"`
	ResignOn            string          `yaml:"resign-on" doc:"the message of a higher member on which a beaten active resigns: coup (default), hello (the default of profile ios), both, never" jsonschema:"enum=coup,enum=hello,enum=both,enum=never"`
	ActiveDelay         time.Duration   `yaml:"active-delay" doc:"how long a member that became standby while no active is known waits before it becomes active (default 0; some versions of IOS: 500ms)"`
	Advertise           bool            `yaml:"advertise" doc:"send Cisco's Advertise messages, which receivers ignore (default off)"`
	VIPMismatch         string          `yaml:"vip-mismatch" doc:"what to do with a message of the group for another virtual IP: accept (default: only the group number matters) or ignore" jsonschema:"enum=accept,enum=ignore"`
	SelfBalance         *SelfBalance    `yaml:"self-balance" doc:"self-balancing: while it is active, the member spreads new connections over all members that have this too; {} for the defaults (default: the active serves all)"`
	Peers               []netip.Addr    `yaml:"peers" json:",omitempty" doc:"ours: addresses of the other members, to which messages are sent one by one instead of to 224.0.0.2 (default: none, multicast)"`
	Track               []Track         `yaml:"track" json:",omitempty" doc:"ours: what the member watches, and what becomes of it when that fails (default: nothing but its own carrier, as the product)"`
	KeepsVirtualMAC     bool            `yaml:"keeps-virtual-mac" doc:"reproduce the defect of incident F31: a warm restart does not release the virtual MAC"`
}
