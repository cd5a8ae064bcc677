package scenarios

import (
	"net/netip"
	"strings"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Plan returns what expectations may know about the scenario before it runs.
func (s *Scenario) Plan() expect.Plan { return s.planOf(s.Topology.WithDefaults()) }

// planOf is Plan for whoever has the completed topology at hand: completing it
// again costs more than the rest.
func (s *Scenario) planOf(t topology.Topology) expect.Plan {
	plan := expect.Plan{
		Duration: s.Duration, Segments: topology.Names(t.Segments), Clients: clientsOf(t),
		Nodes: map[string]expect.Node{}, VIPs: s.virtualIPs(),
	}
	for name, n := range t.Nodes { // order: into a map
		node := expect.Node{Interfaces: topology.Names(n.NICs), Services: n.ServiceNames(), Asks: len(n.Nameservers.Addresses) > 0}
		node.Exchanges = n.Exchanges()
		for key := range n.Programs() {
			node.Programs = append(node.Programs, key)
		}
		for _, s := range n.Standby { // order: any will do
			node.Tracks = node.Tracks || len(s.Track) > 0
		}
		for _, iface := range topology.Names(n.Standby) {
			standby := n.Standby[iface]
			node.Members = append(node.Members, expect.Membership{Interface: iface, Group: standby.Group, VIPs: standby.VIPs(), Balanced: standby.SelfBalance != nil})
		}
		if n.Gateway != nil {
			node.Groups = t.MemberNames(name)
		}
		if n.Teller != nil {
			node.Book = n.Teller.Book
		}
		node.Queues, node.Topics = messagingOf(n)
		if n.Exec != nil {
			node.Host = &expect.Host{Programs: n.Exec.Programs(), VIPs: n.Exec.VIPs, Watched: n.Exec.Watch != ""}
		}
		plan.Nodes[name] = node
	}
	for _, step := range s.Timeline {
		for _, f := range step.Faults {
			plan.Faults = append(plan.Faults, expect.Fault{At: step.At, Fault: f})
		}
	}
	return plan
}

// messagingOf returns the queues and the topics that the programs of a
// completed node use.
func messagingOf(n topology.Node) (queues, topics []string) {
	if n.Broker != nil {
		queues = topology.Names(n.Broker.Queues)
	}
	if n.Publisher != nil {
		queues, topics = append(queues, n.Publisher.Queue), append(topics, n.Publisher.Topic)
	}
	if n.Consumer != nil {
		queues = append(queues, n.Consumer.Queue)
	}
	if n.Throttle != nil && n.Throttle.Manager != nil {
		topics = append(topics, n.Throttle.Manager.Topic)
	}
	if n.Throttle != nil && n.Throttle.Gateway != nil {
		topics = append(topics, n.Throttle.Gateway.Topic)
	}
	return queues, topics
}

// Clients returns the clients of the scenario.
func (s *Scenario) Clients() expect.Clients { return clientsOf(s.Topology.WithDefaults()) }

func clientsOf(t topology.Topology) expect.Clients {
	clients := expect.Clients{}
	for name, n := range t.Nodes { // order: into a map
		if n.Client != nil {
			clients[name] = expect.Client{Rate: n.Client.MeanRate(), Mode: n.Client.Mode, Start: max(n.Client.Start, n.Start+n.Boot), Sessions: n.Client.Sessions}
		}
	}
	return clients
}

// virtualIPs returns the virtual IPs that nodes have or that the timeline sets.
func (s *Scenario) virtualIPs() []string {
	all := map[string]bool{}
	add := func(vips []netip.Addr) {
		for _, vip := range vips {
			all[vip.String()] = true
		}
	}
	for _, n := range s.Nodes { // order: addresses are sorted
		for _, standby := range n.Standby { // order: as above
			add(standby.VIPs())
		}
		if n.Exec != nil {
			add(n.Exec.VIPs)
		}
	}
	for _, step := range s.Timeline {
		for _, f := range step.Faults {
			if set, is := fault.Plain(f).(fault.Set); is && strings.HasSuffix(set.Property, ".vip") {
				all[set.Value] = true
			}
		}
	}
	return topology.Names(all)
}
