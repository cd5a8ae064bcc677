package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"time"
)

// Throttle is throttling as an API manager does it (spec/failover.md §7.4): a
// traffic manager decides which keys are over their limit and publishes that to
// a topic; gateways keep the decisions that they have got. A node can be one of
// the parts or several.
type Throttle struct {
	Control *ThrottleControl `yaml:"control" doc:"the control plane, which knows the policies"`
	Manager *ThrottleManager `yaml:"manager" doc:"the traffic manager"`
	Gateway *ThrottleGateway `yaml:"gateway" doc:"the gateway: an HTTP server that answers /KEY with 200, or 429 while there is a decision against the key"`
}

// ThrottleControl tells traffic managers the policies when they ask.
type ThrottleControl struct {
	Port int      `yaml:"port" doc:"TCP port (default 5676)" jsonschema:"minimum=1,maximum=65535"`
	Keys []string `yaml:"keys" doc:"the keys for which there is a policy" jsonschema:"required"`
}

// ThrottleManager decides. The keys of its policies are over their limit all
// the time: it says so again and again.
type ThrottleManager struct {
	Publishers map[string]Brokers `yaml:"publishers" doc:"where decisions are published: a publisher by name, such as local and peer, in the order of their names; each is a connection URL or a mapping" jsonschema:"required"`
	Threads    string             `yaml:"threads" doc:"shared (default: one thread serves all publishers in turn, and one that blocks stops the others) or own (each publisher has a thread)" jsonschema:"enum=shared,enum=own"`
	Topic      string             `yaml:"topic" doc:"the topic (default throttleData)"`
	Keys       []string           `yaml:"keys" doc:"the keys for which there is a policy"`
	Control    netip.AddrPort     `yaml:"control" doc:"the control plane that is asked for the policies at the start, in place of keys"`
	Retry      time.Duration      `yaml:"retry" doc:"how often the control plane is asked again until it has answered (default: never)"`
	Every      time.Duration      `yaml:"every" doc:"how often it decides (default 1s)"`
	Window     time.Duration      `yaml:"window" doc:"how long a decision counts, by the clock of the manager (default 10s)"`
}

// ThrottleGateway enforces decisions.
type ThrottleGateway struct {
	Brokers Brokers `yaml:"brokers" doc:"where it gets the decisions: a connection URL or a mapping" jsonschema:"required"`
	Topic   string  `yaml:"topic" doc:"the topic (default throttleData)"`
	Port    int     `yaml:"port" doc:"TCP port (default 8280)" jsonschema:"minimum=1,maximum=65535"`
	Fail    string  `yaml:"fail" doc:"what becomes of a key whose last decision is too old: open (default: it is let through) or closed (it stays throttled until a manager says otherwise)" jsonschema:"enum=open,enum=closed"`
}

// The services of throttling, and its defaults.
const (
	ThrottleControlService = "throttle-control"
	ThrottleGatewayService = "throttle-gateway"
	ThrottleTopic          = "throttleData"
	ThreadsShared          = "shared"
	ThreadsOwn             = "own"
	FailOpen               = "open"
	FailClosed             = "closed"
	defaultControlPort     = 5676
	defaultThrottlePort    = 8280
)

// Complete implements Program.
func (x Throttle) Complete(at Place) Program {
	if x.Control != nil {
		k := *x.Control
		k.Port = cmp.Or(k.Port, defaultControlPort)
		x.Control = &k
	}
	if x.Manager != nil {
		m := x.Manager.Complete(at)
		x.Manager = &m
	}
	if x.Gateway != nil {
		g := x.Gateway.Complete(at)
		x.Gateway = &g
	}
	return &x
}

// Complete returns a copy with every default filled in.
func (m ThrottleManager) Complete(at Place) ThrottleManager {
	m.Publishers = maps.Clone(m.Publishers)
	for _, name := range Names(m.Publishers) {
		m.Publishers[name] = m.Publishers[name].complete(at.Topology)
	}
	m.Threads = cmp.Or(m.Threads, ThreadsShared)
	m.Topic = cmp.Or(m.Topic, ThrottleTopic)
	m.Every = cmp.Or(m.Every, time.Second)
	m.Window = cmp.Or(m.Window, 10*time.Second)
	return m
}

// Complete returns a copy with every default filled in.
func (g ThrottleGateway) Complete(at Place) ThrottleGateway {
	g.Brokers = g.Brokers.complete(at.Topology)
	g.Topic = cmp.Or(g.Topic, ThrottleTopic)
	g.Port = cmp.Or(g.Port, defaultThrottlePort)
	g.Fail = cmp.Or(g.Fail, FailOpen)
	return g
}

// Problems implements Program.
func (x Throttle) Problems(at Place) []Problem {
	c := at.check()
	if x.Control == nil && x.Manager == nil && x.Gateway == nil {
		c.fail(nil, "got no part, want control, manager or gateway")
	}
	if x.Control != nil {
		c.keys([]string{"control", "keys"}, x.Control.Keys)
	}
	if x.Manager != nil {
		x.Manager.problems(c, []string{"manager"}, at.Node)
	}
	if x.Gateway != nil {
		x.Gateway.problems(c, []string{"gateway"}, at.Node)
	}
	return c.problems
}

func (m ThrottleManager) problems(c *checker, path []string, n Node) {
	for _, name := range Names(m.Publishers) {
		at := At(path, "publishers", name)
		c.name(at)
		m.Publishers[name].problems(c, at, n)
	}
	c.addressName(At(path, "topic"), m.Topic)
	c.keys(At(path, "keys"), m.Keys)
	asks := m.Control.IsValid()
	switch {
	case asks && len(m.Keys) > 0:
		c.fail(At(path, "keys"), "got control as well, want one of both")
	case !asks && len(m.Keys) == 0:
		c.fail(path, "got no policies, want keys or control")
	case !asks && m.Retry > 0:
		c.fail(At(path, "retry"), "it is for control, which is missing")
	case asks:
		c.controlAddress(At(path, "control"), n, m.Control)
	}
	if m.Window <= m.Every {
		c.fail(At(path, "window"), "got %s, want more than every, %s: a decision would end before the next one", m.Window, m.Every)
	}
}

// controlAddress checks where a manager asks for policies.
func (c *checker) controlAddress(path []string, n Node, a netip.AddrPort) {
	if !a.Addr().Is4() || a.Port() == 0 {
		c.fail(path, "got %s, want an IPv4 address and a port, such as 192.0.2.11:5676", a)
		return
	}
	if a.Addr() == loopback {
		return
	}
	c.reach(path, n, a.Addr())
	if x := c.whole.Nodes[c.whole.holder(a.Addr())].Throttle; x != nil && x.Control != nil && x.Control.Port != int(a.Port()) {
		c.fail(path, "got port %d, want %d, that of the control plane", a.Port(), x.Control.Port)
	}
}

func (g ThrottleGateway) problems(c *checker, path []string, n Node) {
	g.Brokers.problems(c, At(path, "brokers"), n)
	c.addressName(At(path, "topic"), g.Topic)
}

// keys checks the names of keys.
func (c *checker) keys(path []string, keys []string) {
	for i, k := range keys {
		c.addressName(At(path, fmt.Sprint(i)), k)
	}
}

// listens implements listener.
func (t Throttle) listens() (all []port) {
	if t.Control != nil {
		all = append(all, onAll("throttle.control", t.Control.Port, "throttle", "control", "port"))
	}
	if t.Gateway != nil {
		all = append(all, onAll("throttle.gateway", t.Gateway.Port, "throttle", "gateway", "port"))
	}
	return all
}

// Addresses implements Program.
func (Throttle) Addresses() []netip.Addr { return nil }

// ServiceNames implements Program.
func (x Throttle) ServiceNames() []string {
	var names []string
	if x.Control != nil {
		names = append(names, ThrottleControlService)
	}
	if x.Gateway != nil {
		names = append(names, ThrottleGatewayService)
	}
	return names
}

// Properties implements Program.
func (x Throttle) Properties() []Property { return serviceSwitches(x) }

// Faults implements Program.
func (Throttle) Faults() []string { return nil }
