package hunt

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Part is one of the timers of which the time to recover is the sum.
type Part struct {
	Name string
	Time time.Duration
}

// Patience is how long a cluster may take to recover: the sum of its timers.
// The life of ARP entries is not among them: that nobody need wait for it is
// what announcements are for.
type Patience []Part

// PatienceFor derives it from the timers of a topology, which must be
// completed: of each kind the longest.
func PatienceFor(t topology.Topology) Patience {
	longest := map[string]time.Duration{}
	note := func(name string, d time.Duration) { longest[name] = max(longest[name], d) }
	for _, n := range t.Nodes { // order: the longest counts
		note("boot", n.Boot)
		for _, s := range n.Standby { // order: the longest counts
			note("two hold times", 2*s.Hold)
			note("two hello times", 2*s.Hello)
			note("delays of members", s.BootDelay+s.LinkDelay+s.PreemptDelay+s.ActiveDelay)
		}
		if c := n.Client; c != nil {
			note("connect timeout", c.Connect)
			note("timeout of a request", c.Timeout)
		}
		notePrograms(n, note)
	}
	var p Patience
	for _, name := range topology.Names(longest) {
		if longest[name] > 0 {
			p = append(p, Part{name, longest[name]})
		}
	}
	if p == nil {
		p = Patience{{"a moment, for want of timers", time.Second}}
	}
	return p
}

// notePrograms notes the timers of programs that find out who is alive.
func notePrograms(n topology.Node, note func(string, time.Duration)) {
	if n.Partner != nil {
		note("retransmission of a document", n.Partner.Retransmit+n.Partner.Timeout)
	}
	if n.Gateway != nil {
		for _, s := range n.Gateway.Services { // order: the longest counts
			if s.B2B != nil {
				note("retransmission of a document", s.B2B.Retransmit+s.B2B.Timeout)
			}
		}
		for _, g := range n.Gateway.Groups { // order: the longest counts
			note("damp", g.Damp)
			if c := g.HealthCheck; c != nil {
				note("health checks of a group", 2*c.Frequency+c.Timeout)
			}
		}
	}
	if n.Proxy != nil {
		upstreams := append(slices.Collect(maps.Values(n.Proxy.Upstreams)), n.Proxy.Upstream) // order: the longest counts
		for _, u := range upstreams {
			for _, s := range u.Servers {
				note("fail timeout", s.FailTimeout)
			}
		}
	}
	if c := n.Consumer; c != nil {
		noteBrokers(c.Brokers, note)
		note("work on a queue", c.Poll+c.Work)
		if l := c.Lease; l != nil {
			note("two leases", 2*(l.Time+l.Renew))
		}
	}
	if b := n.Balancer; b != nil && b.Check != nil {
		note("checks of a balancer", time.Duration(b.Check.Rise)*max(b.Check.Interval, b.Check.Down)+b.Check.Timeout)
	}
	if r := n.Resolver; r != nil {
		for _, record := range r.Records { // order: the longest counts
			note("life of a name", record.TTL)
		}
	}
	if n.Publisher != nil {
		noteBrokers(n.Publisher.Brokers, note)
	}
	if a := n.Accounts; a != nil {
		note("connections to a database", a.Database.Connect+2*a.Database.Socket)
	}
	if d := n.Database; d != nil {
		note("recovery of a database", d.Recovery+d.LockWait)
	}
	if n.Cluster != nil {
		for _, m := range n.Cluster.Instances { // order: the longest counts
			note("cluster", m.MaxNoHeartbeat+m.MergeNext+m.MaxWaitJoin)
		}
	}
}

// noteBrokers notes the timers of connections to brokers.
func noteBrokers(b topology.Brokers, note func(string, time.Duration)) {
	note("two heartbeats", 2*b.Heartbeat)
	note("connections to brokers", b.ConnectTimeout+b.ReconnectDelay)
}

// Sum is the time to recover.
func (p Patience) Sum() (sum time.Duration) {
	for _, part := range p {
		sum += part.Time
	}
	return sum
}

// String lists the parts: boot 1m + two hold times 20s.
func (p Patience) String() string {
	var words []string
	for _, part := range p {
		words = append(words, part.Name+" "+part.Time.String())
	}
	return strings.Join(slices.Clip(words), " + ")
}

// Text says the sum and its parts.
func (p Patience) Text() string { return fmt.Sprintf("%v: %s", p.Sum(), p) }
