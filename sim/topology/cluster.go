package topology

import (
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Cluster is the members of clusters on a node: one that is called like the
// node, or several by name, each with a port of its own. What is set beside
// instances is the default of each of them.
type Cluster struct {
	ClusterMember `yaml:",inline"`
	Instances     map[string]ClusterMember `yaml:"instances" json:",omitempty" doc:"several members on the node, such as {am1: {}, am2: {local-member-port: 4001}}; what they leave out is taken from beside this key (default: one, called like the node)"`
}

// ClusterMember is a member of a cluster, as Hazelcast 3 is one in WSO2 Carbon
// (spec/failover.md §7.3). The oldest member coordinates. The keys of its
// timers are Hazelcast's properties without their units.
type ClusterMember struct {
	Domain    string     `yaml:"domain" doc:"name of the cluster; members of another one are refused (default wso2.carbon.domain)"`
	Members   []string   `yaml:"members" doc:"well-known members, which are asked at the start and when a cluster looks for others: HOST:PORT, where HOST is an address or a node and PORT 4000 unless given, or the name of a member on a node with several, such as apim-a"`
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
	k.Instances = instancesOf(k.ClusterMember, k.Instances, at.Name)
	for _, name := range Names(k.Instances) {
		k.Instances[name] = k.Instances[name].WithDefaults(at.Topology, at.Name)
	}
	return &k
}

// or returns a member with what it leaves out taken from another.
func (k ClusterMember) or(o ClusterMember) ClusterMember {
	k.Domain = cmp.Or(k.Domain, o.Domain)
	if k.Members == nil {
		k.Members = o.Members
	}
	if !k.LocalHost.IsValid() {
		k.LocalHost = o.LocalHost
	}
	k.LocalPort = cmp.Or(k.LocalPort, o.LocalPort)
	k.Profile = cmp.Or(k.Profile, o.Profile)
	k.Heartbeat, k.MaxNoHeartbeat = cmp.Or(k.Heartbeat, o.Heartbeat), cmp.Or(k.MaxNoHeartbeat, o.MaxNoHeartbeat)
	k.Confirmation, k.MaxNoConfirm = cmp.Or(k.Confirmation, o.Confirmation), cmp.Or(k.MaxNoConfirm, o.MaxNoConfirm)
	k.Publish = cmp.Or(k.Publish, o.Publish)
	k.MergeFirst, k.MergeNext = cmp.Or(k.MergeFirst, o.MergeFirst), cmp.Or(k.MergeNext, o.MergeNext)
	k.WaitJoin, k.MaxWaitJoin = cmp.Or(k.WaitJoin, o.WaitJoin), cmp.Or(k.MaxWaitJoin, o.MaxWaitJoin)
	k.MaxJoin = cmp.Or(k.MaxJoin, o.MaxJoin)
	k.ConnectTimeout = cmp.Or(k.ConnectTimeout, o.ConnectTimeout)
	k.Activities, k.Messages = cmp.Or(k.Activities, o.Activities), cmp.Or(k.Messages, o.Messages)
	return k
}

// WithDefaults returns a copy with every default filled in: those of a member
// on a node of the topology.
func (k ClusterMember) WithDefaults(t Topology, node string) ClusterMember {
	k.Domain = cmp.Or(k.Domain, "wso2.carbon.domain")
	k.Profile = cmp.Or(k.Profile, ClusterCarbon)
	k.LocalPort = cmp.Or(k.LocalPort, DefaultClusterPort)
	if !k.LocalHost.IsValid() {
		k.LocalHost = t.addressOf(node)
	}
	k.Members = slices.Clone(k.Members)
	for i, text := range k.Members {
		if a, err := t.memberAddress(node, text); err == nil {
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
	return k
}

// Local returns the address of the member.
func (k ClusterMember) Local() netip.AddrPort {
	return netip.AddrPortFrom(k.LocalHost, uint16(k.LocalPort))
}

// WellKnown returns the addresses of the well-known members. The member must be
// completed and valid.
func (k ClusterMember) WellKnown() (all []netip.AddrPort) {
	for _, text := range k.Members {
		if a, err := netip.ParseAddrPort(text); err == nil {
			all = append(all, a)
		}
	}
	return all
}

// listens implements listener.
func (k Cluster) listens() (all []port) {
	for _, name := range Names(k.Instances) {
		all = append(all, port{"cluster", []string{"cluster"}, k.Instances[name].Local()})
	}
	return all
}

// Addresses implements Program.
func (Cluster) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (k Cluster) ServiceNames() (names []string) {
	for _, name := range Names(k.Instances) {
		names = append(names, k.ServiceOf(name))
	}
	return names
}

// ServiceOf names the service of a member: with the name of the member before
// it if the node has several, such as am2-cluster.
func (k Cluster) ServiceOf(instance string) string {
	if len(k.Instances) == 1 {
		return ClusterService
	}
	return instance + "-" + ClusterService
}

// Properties implements Program.
func (k Cluster) Properties() []Property { return serviceSwitches(k) }

// Faults implements Program.
func (Cluster) Faults() []string { return nil }
