package world

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// The timers of real programs are unknown. These are the defaults of VRRP: one
// second, and three times that plus the skew (RFC 3768 §5.3.1, §6.1).
const (
	realHello = time.Second
	realHold  = 4 * time.Second
)

// FactsOf derives the facts from a topology with its defaults filled in.
func FactsOf(t topology.Topology, duration time.Duration) oracle.Facts {
	f := oracle.Facts{Duration: duration}
	for _, name := range topology.Names(t.Segments) {
		s := t.Segments[name]
		f.Segments = append(f.Segments, oracle.Segment{
			Name: name, Pruned: s.Snooping == topology.SnoopingPrune, Isolated: s.Isolated,
		})
	}
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		if n.Client != nil {
			f.Clients = append(f.Clients, clientFacts(t, name))
		}
		if n.Gateway != nil {
			f.Sources = append(f.Sources, sourceVIPs(*n.Gateway)...)
		}
		for _, iface := range topology.Names(n.Standby) {
			m := memberFacts(name, iface, n)
			m.Tracks = trackFacts(t, name, iface)
			f.Members = append(f.Members, m)
		}
		for _, iface := range topology.Names(n.NICs) {
			if vips := n.ExecVIPs(iface); len(vips) > 0 {
				f.Members = append(f.Members, realFacts(name, iface, n, vips))
			}
		}
	}
	learnVIPs(f.Members)
	f.SharedQueues = t.SharedQueues()
	f.Transit = transitOf(t)
	return f
}

// transitOf is the time across every segment once, between its two machines
// with the longest cables.
func transitOf(t topology.Topology) time.Duration {
	extras := map[string][]time.Duration{}
	for _, n := range t.Nodes { // order: sorted below
		for iface, nic := range n.NICs { // order: sorted below
			name := cmp.Or(nic.Segment, iface)
			extras[name] = append(extras[name], nic.Latency)
		}
	}
	var all time.Duration
	for name, s := range t.Segments { // order: a sum
		all += s.Latency
		longest := slices.Sorted(slices.Values(extras[name]))
		for _, extra := range longest[max(0, len(longest)-2):] {
			all += extra
		}
	}
	return all
}

func clientFacts(t topology.Topology, name string) oracle.Client {
	n := t.Nodes[name]
	c := n.Client
	target, server := targetOf(t, n)
	return oracle.Client{
		Node: name, Interval: c.MeanRate().Interval(), Users: c.Users, Poisson: c.Arrival == topology.ArrivalPoisson,
		Start: max(c.Start, n.Start+n.Boot), Stop: c.Stop, Target: text(target), Server: server,
	}
}

// targetOf returns the address that a client asks, after translation by
// routers, and the node that always has it: none has a virtual one.
func targetOf(t topology.Topology, n topology.Node) (target netip.Addr, server string) {
	if n.Client.Pings() {
		pinged, err := netip.ParseAddr(n.Client.Target)
		if err != nil {
			return netip.Addr{}, ""
		}
		return pinged, serverAt(t, pinged)
	}
	parsed, err := topology.ParseTarget(n.Client.Target)
	if err != nil {
		return netip.Addr{}, ""
	}
	endpoints := t.Endpoints(n, parsed)
	if len(endpoints) == 0 {
		return netip.Addr{}, ""
	}
	asked := endpoints[0] // a name may come to stand for others
	for _, name := range topology.Names(t.Nodes) {
		if r := t.Nodes[name].Router; r != nil && r.NAT != nil {
			for _, d := range r.NAT.DNAT {
				if d.To == asked {
					asked = d.Via
				}
			}
		}
	}
	return asked.Addr(), serverAt(t, asked.Addr())
}

// serverAt returns the node that has an address on one of its interfaces, empty
// if the address is virtual.
func serverAt(t topology.Topology, address netip.Addr) (server string) {
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		for _, iface := range topology.Names(n.NICs) {
			if n.NICs[iface].Address.Addr() == address {
				server = name
			}
		}
	}
	return server
}

// sourceVIPs returns the virtual IPs from which a gateway connects to back
// ends.
func sourceVIPs(g topology.Gateway) (vips []string) {
	for _, name := range topology.Names(g.Services) {
		if vip := g.Services[name].SourceVIP; vip.IsValid() {
			vips = append(vips, vip.String())
		}
	}
	return vips
}

func memberFacts(name, iface string, n topology.Node) oracle.Member {
	s, nic := n.Standby[iface], n.NICs[iface]
	m := oracle.Member{
		Node: name, Interface: iface, Segment: nic.Segment, Address: nic.Address.Addr().String(),
		Group: uint8(s.Group), VIP: text(s.VIP), Hello: s.Hello, Hold: s.Hold,
		VirtualMAC: s.Takeover == topology.TakeoverMAC,
	}
	for _, a := range s.Secondary {
		m.Secondary = append(m.Secondary, text(a))
	}
	for _, a := range s.Peers {
		m.Peers = append(m.Peers, text(a))
	}
	if s.SelfBalance != nil {
		m.SelfBalance = balanceFacts(*s.SelfBalance, n.Gateway)
	}
	return m
}

func balanceFacts(s topology.SelfBalance, g *topology.Gateway) *oracle.SelfBalance {
	b := &oracle.SelfBalance{Recovery: s.Recovery, Report: s.Report, Lost: s.LostTime(), Table: s.Table}
	if g == nil {
		return b
	}
	for _, name := range topology.Names(g.Services) {
		s := g.Services[name]
		service := oracle.Service{Name: name, Listen: s.Listen, DataFirst: s.Passive.First, DataLast: s.Passive.Last}
		_, service.Fixed = s.Balanced()
		b.Services = append(b.Services, service)
	}
	return b
}

func realFacts(name, iface string, n topology.Node, vips []netip.Addr) oracle.Member {
	nic := n.NICs[iface]
	m := oracle.Member{
		Node: name, Interface: iface, Segment: nic.Segment, Address: nic.Address.Addr().String(),
		VIP: text(vips[0]), Hello: realHello, Hold: realHold, Real: true,
	}
	for _, a := range vips[1:] {
		m.Secondary = append(m.Secondary, text(a))
	}
	return m
}

// learnVIPs gives a member without a virtual IP that of its group, which it
// will learn from the active.
func learnVIPs(members []oracle.Member) {
	for i := range members {
		m := &members[i]
		for _, o := range members {
			if m.VIP == "" && o.Segment == m.Segment && o.Group == m.Group {
				m.VIP = o.VIP
			}
		}
	}
}
