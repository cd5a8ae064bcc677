package topology

import (
	"cmp"
	"net/netip"
	"time"
)

// Consumer takes messages from a queue and works on them, one after the other.
// It may be one of several of which only one shall be enabled at a time
// (spec/failover.md F15).
type Consumer struct {
	Queue       string         `yaml:"queue" doc:"the queue" jsonschema:"required"`
	Brokers     Brokers        `yaml:"brokers" doc:"the brokers: a connection URL or a mapping" jsonschema:"required"`
	Prefetch    int            `yaml:"prefetch" doc:"how many messages the broker sends ahead (default 1)" jsonschema:"minimum=1,maximum=65535"`
	Work        time.Duration  `yaml:"work" doc:"CPU time of a message (default 10ms)"`
	Acknowledge string         `yaml:"acknowledge" doc:"after (default: after the work, and the next message waits until the broker says that it knows), lazy (after the work, without waiting) or before (before the work: what is under way in a crash is lost)" jsonschema:"enum=after,enum=lazy,enum=before"`
	Follow      string         `yaml:"follow" doc:"always (default: it is always enabled), script (it is enabled while the node's member is Active, which a script looks up at intervals; nothing fences the other one) or lease (it is enabled while it has a lease)" jsonschema:"enum=always,enum=script,enum=lease"`
	Interface   string         `yaml:"interface" doc:"whose standby control it follows (default: the first interface that has it)"`
	Poll        time.Duration  `yaml:"poll" doc:"with follow: script, how often the state of the member is looked up (default 5s)"`
	Lease       *ConsumerLease `yaml:"lease" doc:"with follow: lease, the lease"`
}

// ConsumerLease is the lease of a consumer. Its name is that of the queue, and
// its token fences who had it before.
type ConsumerLease struct {
	At         netip.AddrPort `yaml:"at,short" doc:"the broker that grants it (default: the consumer's own, if there is only one)"`
	Time       time.Duration  `yaml:"time" doc:"how long the consumer counts on it without a renewal (default 15s)"`
	Renew      time.Duration  `yaml:"renew" doc:"how often it is renewed or asked for (default: a third of time)"`
	Drift      *float64       `yaml:"drift" form:"share" doc:"how far each of the two clocks may be off; the broker waits that much longer before it grants the lease to another one (default 1%)" jsonschema:"minimum=0,maximum=0.9"`
	OnlyActive *bool          `yaml:"only-active" doc:"ask for it only while the node's member is Active, and give it back when it is not (default: on with standby control)"`
}

// When a consumer acknowledges.
const (
	AcknowledgeAfter  = "after"
	AcknowledgeLazy   = "lazy"
	AcknowledgeBefore = "before"
)

// What a consumer follows.
const (
	FollowAlways = "always"
	FollowScript = "script"
	FollowLease  = "lease"
)

// Complete implements Program.
func (k Consumer) Complete(at Place) Program {
	k.Brokers = k.Brokers.complete(at.Topology)
	k.Prefetch = cmp.Or(k.Prefetch, 1)
	k.Work = cmp.Or(k.Work, 10*time.Millisecond)
	k.Acknowledge = cmp.Or(k.Acknowledge, AcknowledgeAfter)
	k.Follow = cmp.Or(k.Follow, FollowAlways)
	k.Poll = cmp.Or(k.Poll, 5*time.Second)
	if names := Names(at.Node.Standby); k.Interface == "" && len(names) > 0 {
		k.Interface = names[0]
	}
	if k.Follow != FollowLease {
		return &k
	}
	l := ConsumerLease{}
	if k.Lease != nil {
		l = *k.Lease
	}
	if !l.At.IsValid() && len(k.Brokers.List) == 1 {
		l.At = k.Brokers.List[0].Address
	}
	l.Time = cmp.Or(l.Time, 15*time.Second)
	l.Renew = cmp.Or(l.Renew, l.Time/3)
	if l.Drift == nil {
		share := 0.01
		l.Drift = &share
	}
	if l.OnlyActive == nil {
		on := k.Interface != ""
		l.OnlyActive = &on
	}
	k.Lease = &l
	return &k
}

// Problems implements Program.
func (k Consumer) Problems(at Place) []Problem {
	c := at.check()
	k.Brokers.problems(c, []string{"brokers"}, at.Node)
	c.addressName([]string{"queue"}, k.Queue)
	_, has := at.Node.Standby[k.Interface]
	follows := k.Follow == FollowScript || k.Lease != nil && k.Follow == FollowLease && *k.Lease.OnlyActive
	switch {
	case k.Interface == "" && follows:
		c.fail([]string{"follow"}, "the node has no standby control to follow")
	case k.Interface != "" && !has:
		c.fail([]string{"interface"}, "got %q, which has no standby control, want %s", k.Interface, AnyOf(k.Interface, Names(at.Node.Standby)))
	}
	switch {
	case k.Lease == nil:
	case k.Follow != FollowLease:
		c.fail([]string{"lease"}, "it is for follow: lease, got %s", k.Follow)
	case !k.Lease.At.IsValid():
		if len(k.Brokers.List) > 1 {
			c.fail([]string{"lease"}, "at is missing: with %d brokers one of them has to grant it", len(k.Brokers.List))
		}
	default:
		c.brokerAddress([]string{"lease", "at"}, at.Node, k.Lease.At)
		if k.Lease.Renew >= k.Lease.Time {
			c.fail([]string{"lease", "renew"}, "got %s, want less than time, %s", k.Lease.Renew, k.Lease.Time)
		}
	}
	return c.problems
}

// Addresses implements Program.
func (Consumer) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (Consumer) ServiceNames() []string { return nil }

// Properties implements Program.
func (Consumer) Properties() []Property { return nil }

// Faults implements Program.
func (Consumer) Faults() []string { return nil }
