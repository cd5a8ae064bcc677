package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Balancer is a load balancer on a host of its own in front of other machines:
// spec/failover.md F6, F8, F16, F22. Its defaults are those of HAProxy
// (spec/peers.md §2.2). What its host does with gratuitous ARP is a matter of
// the node: see arp, arp-age and arp-life there.
type Balancer struct {
	Listen      netip.AddrPort   `yaml:"listen" doc:"address and port (default: port 80 of the node's first address)"`
	Mode        string           `yaml:"mode" doc:"tcp (default: each connection of a client becomes one connection to a member, byte by byte) or http (each request goes to a member of its own)" jsonschema:"enum=tcp,enum=http"`
	Members     []BalancerMember `yaml:"members" doc:"the members, in their order; a single virtual IP may be one" jsonschema:"required"`
	Algorithm   string           `yaml:"algorithm" doc:"which member gets a connection, or a request with mode http: round-robin (default), weighted-round-robin, least-connections (by weight), source (hash of the client's address), first (the first that is up: the others are idle)" jsonschema:"enum=round-robin,enum=weighted-round-robin,enum=least-connections,enum=source,enum=first"`
	Check       *BalancerCheck   `yaml:"check" doc:"health checks of the members; {} for HAProxy's defaults, of which the timeout is the interval (default: none, all members are up)"`
	Stickiness  string           `yaml:"stickiness" doc:"what keeps a client on its member: none (default), source (its address) or cookie (one that the balancer inserts; with mode http only)" jsonschema:"enum=none,enum=source,enum=cookie"`
	Sticky      time.Duration    `yaml:"sticky-timeout" doc:"of stickiness source: how long a client that has opened nothing is remembered (default: 30 minutes)"`
	Cookie      string           `yaml:"cookie-name" doc:"of stickiness cookie: its name (default: SERVERID)"`
	SlowStart   time.Duration    `yaml:"slow-start" doc:"time in which the weight of a member that has come back grows from nothing to all of it (default 0)"`
	OnDown      string           `yaml:"on-down" doc:"what happens to the connections of a member that is down, or in maintenance: keep (default) or cut" jsonschema:"enum=keep,enum=cut"`
	Retries     *int             `yaml:"retries" doc:"how often a connection to a member that has failed is tried again, 1s after a refusal (default 3)" jsonschema:"minimum=0,maximum=100"`
	Redispatch  bool             `yaml:"redispatch" doc:"the last retry goes to another member (default off)"`
	Connect     time.Duration    `yaml:"connect-timeout" doc:"time limit of a connection to a member, and for one to be free if all have max-connections (default 5s)"`
	ClientIdle  time.Duration    `yaml:"client-timeout" doc:"how long a client's side of a connection may be idle; with mode http also how long a client may take for a request (default: for ever)"`
	ServerIdle  time.Duration    `yaml:"server-timeout" doc:"how long a member's side of a connection may be idle; with mode http how long an answer may pause (default: for ever)"`
	Backlog     int              `yaml:"backlog" doc:"maximum number of connections waiting to be accepted (default 128)" jsonschema:"minimum=1,maximum=65535"`
	ErrorLength int              `yaml:"error-size" doc:"with mode http: size in bytes of the balancer's own answers, 502, 503 and 504 (default 107)" jsonschema:"minimum=1,maximum=65536"`
}

// BalancerMember is a machine to which a balancer leads.
type BalancerMember struct {
	Address netip.AddrPort `yaml:"address,short" doc:"address and port, such as 192.0.2.11:80" jsonschema:"required"`
	Name    string         `yaml:"name" doc:"name in events and faults (default: the node that has the address; with the port if it is several members)"`
	Weight  int            `yaml:"weight" doc:"its share with algorithms other than round-robin and first (default 1)" jsonschema:"minimum=1,maximum=256"`
	Backup  bool           `yaml:"backup" doc:"used only while no other member can be; of several, the first (default off)"`
	Max     int            `yaml:"max-connections" doc:"how many connections, or requests with mode http, it gets at the same time; more wait (default: any number)" jsonschema:"minimum=0,maximum=1000000"`
}

// BalancerCheck is how a balancer checks its members. It checks all of them at
// the same time.
type BalancerCheck struct {
	Check    `yaml:",inline"`
	Path     string        `yaml:"path" doc:"path of a request (default /)"`
	Port     int           `yaml:"port" doc:"port to check (default: the member's)" jsonschema:"minimum=0,maximum=65535"`
	Interval time.Duration `yaml:"interval" doc:"time from one check to the next, see pace (default 2s)"`
	Fast     time.Duration `yaml:"fast-interval" doc:"the interval while the last results speak against a member's state (default: the interval)"`
	Down     time.Duration `yaml:"down-interval" doc:"the interval of a member that is down (default: the interval)"`
	Rise     int           `yaml:"rise" doc:"successful checks in a row before a member is up (default 2)" jsonschema:"minimum=1,maximum=1000"`
	Fall     int           `yaml:"fall" doc:"failed checks in a row before a member is down (default 3)" jsonschema:"minimum=1,maximum=1000"`
	Pace     string        `yaml:"pace" doc:"from where the interval counts: end (default, as HAProxy: from the end of a check) or start (a fixed schedule)" jsonschema:"enum=end,enum=start"`
	Initial  string        `yaml:"init-state" doc:"state of a member before its first check: up (default; one failure brings it down), fully-up, down (one success brings it up), fully-down" jsonschema:"enum=up,enum=fully-up,enum=down,enum=fully-down"`
}

// The words of a balancer's configuration.
const (
	BalancerService = "balancer" // its service, as faults name it

	BalancerTCP  = "tcp"
	BalancerHTTP = "http"

	BalanceRoundRobin  = "round-robin"
	BalanceWeighted    = "weighted-round-robin"
	BalanceConnections = "least-connections"
	BalanceSource      = "source"
	BalanceFirst       = "first"

	StickyNone   = "none"
	StickySource = "source"
	StickyCookie = "cookie"

	OnDownKeep = "keep"
	OnDownCut  = "cut"

	PaceEnd   = "end"
	PaceStart = "start"

	InitialUp        = "up"
	InitialFullyUp   = "fully-up"
	InitialDown      = "down"
	InitialFullyDown = "fully-down"

	MemberReady       = "ready"
	MemberDrain       = "drain"
	MemberMaintenance = "maint"
)

// balancerWords are the values of the property of a member.
var balancerWords = []string{MemberReady, MemberDrain, MemberMaintenance}

// BalancerProperty names the administrative state of a member.
func BalancerProperty(member string) string { return "member." + member }

// Complete implements Program. Nothing is left out then but the address on a
// node that has none.
func (b Balancer) Complete(at Place) Program {
	b.Mode = cmp.Or(b.Mode, BalancerTCP)
	b.Algorithm = cmp.Or(b.Algorithm, BalanceRoundRobin)
	b.Stickiness = cmp.Or(b.Stickiness, StickyNone)
	if b.Stickiness == StickySource {
		b.Sticky = cmp.Or(b.Sticky, 30*time.Minute)
	}
	if b.Stickiness == StickyCookie {
		b.Cookie = cmp.Or(b.Cookie, "SERVERID")
	}
	b.OnDown = cmp.Or(b.OnDown, OnDownKeep)
	if b.Retries == nil {
		retries := 3
		b.Retries = &retries
	}
	b.Connect = cmp.Or(b.Connect, 5*time.Second)
	b.Backlog = cmp.Or(b.Backlog, 128)
	b.ErrorLength = cmp.Or(b.ErrorLength, 107)
	if own := at.Topology.serviceAddresses(at.Node); !b.Listen.IsValid() && len(own) > 0 {
		b.Listen = netip.AddrPortFrom(own[0], DefaultPort)
	}
	b.Members = b.named(at.Topology)
	if b.Check != nil {
		check := b.Check.withDefaults()
		b.Check = &check
	}
	return &b
}

// named returns the members with their defaults.
func (b Balancer) named(t Topology) []BalancerMember {
	several := map[netip.Addr]int{}
	for _, m := range b.Members {
		several[m.Address.Addr()]++
	}
	members := slices.Clone(b.Members)
	for i := range members {
		m := &members[i]
		m.Weight = cmp.Or(m.Weight, 1)
		if m.Name != "" || !m.Address.IsValid() {
			continue
		}
		m.Name = cmp.Or(t.holder(m.Address.Addr()), m.Address.Addr().String())
		if several[m.Address.Addr()] > 1 {
			m.Name += "-" + portText(m.Address)
		}
	}
	return members
}

// withDefaults returns a copy with every default filled in. A check may take as
// long as the time between two, as with HAProxy.
func (k BalancerCheck) withDefaults() BalancerCheck {
	k.Interval = cmp.Or(k.Interval, 2*time.Second)
	k.Timeout = cmp.Or(k.Timeout, k.Interval)
	k.Check = k.Check.WithDefaults()
	k.Path = cmp.Or(k.Path, "/")
	k.Fast = cmp.Or(k.Fast, k.Interval)
	k.Down = cmp.Or(k.Down, k.Interval)
	k.Rise = cmp.Or(k.Rise, 2)
	k.Fall = cmp.Or(k.Fall, 3)
	k.Pace = cmp.Or(k.Pace, PaceEnd)
	k.Initial = cmp.Or(k.Initial, InitialUp)
	return k
}

// Addresses implements Program.
func (Balancer) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Balancer) ServiceNames() []string { return []string{BalancerService} }

// Properties implements Program: the switch of the service, and the
// administrative states of the members.
func (b Balancer) Properties() []Property {
	all := serviceSwitches(b)
	for _, m := range b.Members {
		all = append(all, Property{
			Name: BalancerProperty(m.Name), Want: "ready, drain or maint",
			Takes: func(v string) bool { return slices.Contains(balancerWords, v) },
			Value: MemberReady, Unset: MemberMaintenance,
		})
	}
	return all
}

// Faults implements Program.
func (Balancer) Faults() []string { return nil }
