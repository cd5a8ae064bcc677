package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// This file is the only place that knows what a field means when it was left
// out. Everything that builds or shows a topology reads completed values.

// Default values that are not the zero of their type.
const (
	DefaultLatency        = 100 * time.Microsecond
	DefaultAgeing         = 300 * time.Second
	DefaultHello          = 3 * time.Second
	DefaultHold           = 10 * time.Second
	DefaultPriority       = 100
	DefaultJitter         = 0.1
	DefaultAuthentication = "0x5841333500000000" // XA35: spec/failover.md §3.2
	DefaultWork           = 100 * time.Microsecond
	DefaultSize           = 1000
	DefaultPort           = 80
	DefaultService        = "web"
	BackendService        = "http" // what a back end runs
)

// Names returns the keys of a map in the order in which everything is built,
// numbered and printed.
func Names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// WithDefaults returns a copy in which nothing is left out. MAC addresses are
// 02:00:00:00:xx:yy, counted over all interfaces in the order of node and
// interface names.
func (t Topology) WithDefaults() Topology {
	done := Topology{Segments: map[string]Segment{}, Nodes: map[string]Node{}}
	for _, name := range Names(t.Segments) {
		done.Segments[name] = t.Segments[name].WithDefaults()
	}
	number := uint32(0)
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name].WithDefaults()
		for _, iface := range Names(n.NICs) {
			number++
			nic := n.NICs[iface]
			nic.MAC = cmp.Or(nic.MAC, fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", byte(number>>24), byte(number>>16), byte(number>>8), byte(number)))
			n.NICs[iface] = nic
		}
		done.Nodes[name] = n
	}
	for _, name := range Names(done.Nodes) {
		if n := done.Nodes[name]; n.Gateway != nil {
			n.Gateway = n.Gateway.withServices(done.serviceAddresses(n))
			done.Nodes[name] = n
		}
	}
	return done
}

// WithDefaults returns a copy in which nothing is left out.
func (s Segment) WithDefaults() Segment {
	s.Latency = cmp.Or(s.Latency, DefaultLatency)
	s.Ageing = cmp.Or(s.Ageing, DefaultAgeing)
	s.Snooping = cmp.Or(s.Snooping, SnoopingOff)
	return s
}

// WithDefaults returns a copy in which nothing is left out but what only the
// whole topology knows: MAC addresses and the services of a gateway.
func (n Node) WithDefaults() Node {
	n.ARP = cmp.Or(n.ARP, ARPLinux)
	n.CPU.Cores = cmp.Or(n.CPU.Cores, 2)
	n.Memory = n.Memory.WithDefaults()
	n.NICs = maps.Clone(n.NICs)
	for _, name := range Names(n.NICs) {
		nic := n.NICs[name]
		nic.Segment = cmp.Or(nic.Segment, name)
		n.NICs[name] = nic
	}
	n.Standby = maps.Clone(n.Standby)
	for _, name := range Names(n.Standby) {
		n.Standby[name] = n.Standby[name].WithDefaults()
	}
	if n.Backend != nil {
		b := n.Backend.WithDefaults()
		n.Backend = &b
	}
	if n.Client != nil {
		c := n.Client.WithDefaults()
		n.Client = &c
	}
	if n.Router != nil {
		n.Router = n.Router.withDefaults(n)
	}
	if n.Exec != nil {
		n.Exec = n.Exec.withDefaults()
	}
	return n
}

// WithDefaults returns a copy in which nothing is left out.
func (m Memory) WithDefaults() Memory {
	m.Connection = cmp.Or(m.Connection, 64<<10)
	m.Request = cmp.Or(m.Request, 256<<10)
	m.Policy = cmp.Or(m.Policy, MemoryRefuse)
	return m
}

// WithDefaults returns a copy in which nothing is left out. An absent virtual
// IP stays absent: it is learned from the active.
func (s Standby) WithDefaults() Standby {
	s.Group = cmp.Or(s.Group, 1)
	if s.Priority == nil {
		priority := DefaultPriority
		s.Priority = &priority
	}
	s.Hello = cmp.Or(s.Hello, DefaultHello)
	s.Hold = cmp.Or(s.Hold, DefaultHold)
	s.Authentication = cmp.Or(s.Authentication, DefaultAuthentication)
	s.Profile = cmp.Or(s.Profile, ProfileDataPower)
	s.Takeover = cmp.Or(s.Takeover, TakeoverARP)
	if s.Jitter == nil {
		jitter := DefaultJitter
		s.Jitter = &jitter
	}
	if s.Announce == nil {
		s.Announce = []time.Duration{0, time.Second, 2 * time.Second, 5 * time.Second}
	}
	s.AnnounceForm = cmp.Or(s.AnnounceForm, AnnounceBoth)
	return s
}

// VIPs returns the primary virtual IP, if there is one, and the secondary ones.
func (s Standby) VIPs() []netip.Addr {
	if !s.VIP.IsValid() {
		return s.Secondary
	}
	return append([]netip.Addr{s.VIP}, s.Secondary...)
}

// WithDefaults returns a copy in which nothing is left out but the address.
func (s Service) WithDefaults() Service {
	s.Work = cmp.Or(s.Work, DefaultWork)
	s.Size = cmp.Or(s.Size, DefaultSize)
	s.Backlog = cmp.Or(s.Backlog, 128)
	s.Bind = cmp.Or(s.Bind, BindWait)
	return s
}

// WithDefaults returns a copy in which nothing is left out.
func (b Backend) WithDefaults() Backend {
	b.Port = cmp.Or(b.Port, DefaultPort)
	b.Status = cmp.Or(b.Status, 200)
	b.Size = cmp.Or(b.Size, DefaultSize)
	return b
}

// WithDefaults returns a copy in which nothing is left out. Stop stays zero: the
// end of the run.
func (c Client) WithDefaults() Client {
	c.Rate = cmp.Or(c.Rate, 10)
	c.Arrival = cmp.Or(c.Arrival, ArrivalConst)
	c.Connections = cmp.Or(c.Connections, 1)
	c.Mode = cmp.Or(c.Mode, ModeNew)
	c.Connect = cmp.Or(c.Connect, 5*time.Second)
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	return c
}

// serviceAddresses lists the addresses on which a gateway serves if nothing
// else is said: its virtual IPs, or its own addresses if it has none. Standby
// must be completed. A member that learns its virtual IP serves the one that
// the others of its group were given. No address stands in the list twice.
func (t Topology) serviceAddresses(n Node) []netip.Addr {
	var addresses []netip.Addr
	for _, iface := range Names(n.Standby) {
		s := n.Standby[iface]
		if !s.VIP.IsValid() {
			s.VIP = t.learnedVIP(n.NICs[iface].Segment, s.Group)
		}
		for _, vip := range s.VIPs() {
			if !slices.Contains(addresses, vip) {
				addresses = append(addresses, vip)
			}
		}
	}
	for _, iface := range Names(n.NICs) {
		if len(n.Standby) == 0 {
			addresses = append(addresses, n.NICs[iface].Address.Addr())
		}
	}
	return addresses
}

func (t Topology) learnedVIP(segment string, group int) netip.Addr {
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name]
		for _, iface := range Names(n.Standby) {
			s := n.Standby[iface]
			if n.NICs[iface].Segment == segment && s.Group == group && s.VIP.IsValid() {
				return s.VIP
			}
		}
	}
	return netip.Addr{}
}

func (g Gateway) withServices(addresses []netip.Addr) *Gateway {
	services := map[string]Service{}
	for _, name := range Names(g.Services) {
		s := g.Services[name].WithDefaults()
		if !s.Listen.IsValid() && len(addresses) > 0 {
			s.Listen = netip.AddrPortFrom(addresses[0], DefaultPort)
		}
		services[name] = s
	}
	for i, address := range addresses {
		if g.Services != nil {
			break // the services were said; an empty mapping means none
		}
		name := DefaultService
		if i > 0 {
			name = fmt.Sprintf("%s-%d", DefaultService, i+1)
		}
		services[name] = Service{Listen: netip.AddrPortFrom(address, DefaultPort)}.WithDefaults()
	}
	g.Services = services
	g.OnVIPLoss = cmp.Or(g.OnVIPLoss, OnVIPLossReset)
	return &g
}
