package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Cluster makes the node a member of a cluster, as Hazelcast 3 does in WSO2
// Carbon (spec/failover.md §7.3). The oldest member coordinates. The keys of
// its timers are Hazelcast's properties without their units.
type Cluster struct {
	Domain    string     `yaml:"domain" doc:"name of the cluster; members of another one are refused (default wso2.carbon.domain)"`
	Members   []string   `yaml:"members" doc:"well-known members, which are asked at the start and when a cluster looks for others: HOST:PORT, where HOST is an address or a node and PORT 4000 unless given, such as apim-a" jsonschema:"required"`
	LocalHost netip.Addr `yaml:"local-member-host" doc:"the address that the member listens on and tells others (default: that of the node's first interface)"`
	LocalPort int        `yaml:"local-member-port" doc:"and the port (default 4000)" jsonschema:"minimum=1,maximum=65535"`
	Profile   string     `yaml:"profile" doc:"where the defaults of the timers come from: carbon (default) or hazelcast, the library without Carbon's changes" jsonschema:"enum=carbon,enum=hazelcast"`

	Heartbeat      time.Duration `yaml:"heartbeat-interval" doc:"between two heartbeats (default 1s)"`
	MaxNoHeartbeat time.Duration `yaml:"max-no-heartbeat" doc:"silence after which a member is removed (default 600s; hazelcast: 300s)"`
	Confirmation   time.Duration `yaml:"master-confirmation-interval" doc:"between two messages that tell the master that it is it (default 30s)"`
	MaxNoConfirm   time.Duration `yaml:"max-no-master-confirmation" doc:"time without them after which the master removes a member (default 900s; hazelcast: 300s)"`
	Publish        time.Duration `yaml:"member-list-publish-interval" doc:"between two lists that the master sends, apart from those that tell a change (default 300s)"`
	MergeFirst     time.Duration `yaml:"merge-first-run-delay" doc:"time from the start until a master looks for other clusters (default 60s; hazelcast: 300s)"`
	MergeNext      time.Duration `yaml:"merge-next-run-delay" doc:"between two such searches (default 30s; hazelcast: 120s)"`
	WaitJoin       time.Duration `yaml:"wait-before-join" doc:"how long the master waits for more members to join together (default 5s)"`
	MaxWaitJoin    time.Duration `yaml:"max-wait-before-join" doc:"how long it does at most (default 20s)"`
	MaxJoin        time.Duration `yaml:"max-join" doc:"time after which a member that could not join gives up, and its program ends (default 300s)"`
	ConnectTimeout time.Duration `yaml:"connection-timeout" doc:"how long a connection to a member may take, and how long a member waits for the well-known ones at its start (default 5s)"`
	Activities     *Recurring    `yaml:"activities" doc:"something that the cluster shall do once at a time, such as a scheduled task: the coordinator does it"`
	Messages       *Recurring    `yaml:"messages" doc:"messages to all other members, such as those that invalidate entries of their caches"`
}

// Recurring is something that happens again and again.
type Recurring struct {
	Every time.Duration `yaml:"every,short" doc:"its interval, such as 30s" jsonschema:"required"`
	Stop  time.Duration `yaml:"stop" doc:"when it ends (default: never)"`
}

// The service of a cluster member, its usual port, and the profiles.
const (
	ClusterService     = "cluster"
	DefaultClusterPort = 4000
	ClusterCarbon      = "carbon"
	ClusterHazelcast   = "hazelcast"
)

// Complete implements Program.
func (k Cluster) Complete(at Place) Program {
	k.Domain = cmp.Or(k.Domain, "wso2.carbon.domain")
	k.Profile = cmp.Or(k.Profile, ClusterCarbon)
	k.LocalPort = cmp.Or(k.LocalPort, DefaultClusterPort)
	if !k.LocalHost.IsValid() {
		k.LocalHost = at.Topology.addressOf(at.Name)
	}
	k.Members = slices.Clone(k.Members)
	for i, text := range k.Members {
		if a, err := at.Topology.memberAddress(text); err == nil {
			k.Members[i] = a.String()
		}
	}
	k.Heartbeat = cmp.Or(k.Heartbeat, time.Second)
	k.Confirmation = cmp.Or(k.Confirmation, 30*time.Second)
	k.Publish = cmp.Or(k.Publish, 300*time.Second)
	silence, confirm, first, next := 600*time.Second, 900*time.Second, 60*time.Second, 30*time.Second
	if k.Profile == ClusterHazelcast {
		silence, confirm, first, next = 300*time.Second, 300*time.Second, 300*time.Second, 120*time.Second
	}
	k.MaxNoHeartbeat, k.MaxNoConfirm = cmp.Or(k.MaxNoHeartbeat, silence), cmp.Or(k.MaxNoConfirm, confirm)
	k.MergeFirst, k.MergeNext = cmp.Or(k.MergeFirst, first), cmp.Or(k.MergeNext, next)
	k.WaitJoin = cmp.Or(k.WaitJoin, 5*time.Second)
	k.MaxWaitJoin = cmp.Or(k.MaxWaitJoin, 20*time.Second)
	k.MaxJoin = cmp.Or(k.MaxJoin, 300*time.Second)
	k.ConnectTimeout = cmp.Or(k.ConnectTimeout, 5*time.Second)
	return &k
}

// memberAddress reads the address of a member.
func (t Topology) memberAddress(text string) (netip.AddrPort, error) {
	host, port, given := strings.Cut(text, ":")
	n := DefaultClusterPort
	if given {
		var err error
		if n, err = number(port, 1, 65535); err != nil {
			return netip.AddrPort{}, fmt.Errorf("got port %q, want 1 to 65535", port)
		}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		if a = t.addressOf(host); !a.IsValid() {
			return netip.AddrPort{}, fmt.Errorf("unknown host %q, want an address or %s", host, AnyOf(host, Names(t.Nodes)))
		}
	}
	return netip.AddrPortFrom(a, uint16(n)), nil
}

// Local returns the address of the member.
func (k Cluster) Local() netip.AddrPort { return netip.AddrPortFrom(k.LocalHost, uint16(k.LocalPort)) }

// WellKnown returns the addresses of the well-known members. The cluster must
// be completed and valid.
func (k Cluster) WellKnown() (all []netip.AddrPort) {
	for _, text := range k.Members {
		if a, err := netip.ParseAddrPort(text); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// Problems implements Program.
func (k Cluster) Problems(at Place) []Problem {
	c := at.check()
	own := []string{"local-member-host"}
	switch holder := at.Topology.holder(k.LocalHost); {
	case !at.Node.claims(k.LocalHost) && holder != "":
		c.fail(own, "got %s, which is the address of node %s: the member could not listen on it", k.LocalHost, holder)
	case !at.Node.claims(k.LocalHost):
		c.fail(own, "got %s, want an address of the node", k.LocalHost)
	}
	others := 0
	for i, text := range k.Members {
		path := []string{"members", strconv.Itoa(i)}
		a, err := at.Topology.memberAddress(text)
		switch {
		case err != nil:
			c.fail(path, "%v", err)
			others++
			continue
		case !a.Addr().Is4() || a.Addr().IsMulticast() || a.Addr().IsUnspecified():
			c.fail(path, "got %s, want the IPv4 address of a member", text)
		case slices.Contains(k.Members[:i], text):
			c.fail(path, "%s is in the list twice", text)
		case a != k.Local():
			c.reach(path, at.Node, a.Addr())
			c.listening(path, k.Domain, a)
		}
		if a != k.Local() {
			others++
		}
	}
	if others == 0 && len(k.Members) > 0 && !c.wellKnown(k.Domain, at.Name, k.Local()) {
		c.fail([]string{"members"}, "got only the member itself, and no other one names it: it would stay alone")
	}
	if k.MaxNoHeartbeat <= k.Heartbeat {
		c.fail([]string{"max-no-heartbeat"}, "got %s, want more than heartbeat-interval, %s", k.MaxNoHeartbeat, k.Heartbeat)
	}
	if k.MaxNoConfirm <= k.Confirmation {
		c.fail([]string{"max-no-master-confirmation"}, "got %s, want more than master-confirmation-interval, %s", k.MaxNoConfirm, k.Confirmation)
	}
	return c.problems
}

// listening warns about a member's address on which no node of its domain
// listens.
func (c *checker) listening(path []string, domain string, a netip.AddrPort) {
	for _, name := range Names(c.whole.Nodes) {
		if k := c.whole.Nodes[name].Cluster; k != nil && k.Domain == domain && k.Local() == a {
			return
		}
	}
	c.warn(path, "no member of %s listens on %s", domain, a)
}

// wellKnown reports whether another member names this one.
func (c *checker) wellKnown(domain, node string, a netip.AddrPort) bool {
	for _, name := range Names(c.whole.Nodes) {
		if k := c.whole.Nodes[name].Cluster; k != nil && name != node && k.Domain == domain && slices.Contains(k.WellKnown(), a) {
			return true
		}
	}
	return false
}

// Addresses implements Program.
func (Cluster) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Cluster) ServiceNames() []string { return []string{ClusterService} }

// Properties implements Program.
func (k Cluster) Properties() []Property { return serviceSwitches(k) }

// Faults implements Program.
func (Cluster) Faults() []string { return nil }
