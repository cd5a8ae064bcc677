package topology

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// Only this package knows what a missing field means. Everything that builds or
// shows a topology reads completed values.

// Default values other than the zero value of their type.
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
	DefaultFTPPort        = 21
	DefaultLDAPPort       = 389
	DefaultService        = "web"
	BackendService        = "http" // the service of a back end
	DefaultUserAgent      = 300 * time.Second
)

// Names returns the keys of a map, sorted: the order in which everything is
// built, numbered and printed.
func Names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// WithDefaults returns a copy with every default filled in. MAC addresses are
// 02:00:00:00:xx:yy, numbered over all interfaces in the order of node and
// interface names.
func (t Topology) WithDefaults() Topology {
	done := Topology{Segments: map[string]Segment{}, Nodes: map[string]Node{}, AllowInvalid: t.AllowInvalid}
	for _, name := range Names(t.Segments) {
		done.Segments[name] = t.Segments[name].WithDefaults()
	}
	number := uint32(0)
	for _, name := range Names(t.Nodes) {
		n := t.Nodes[name].withDefaults()
		for _, iface := range Names(n.NICs) {
			number++
			nic := n.NICs[iface]
			nic.MAC = cmp.Or(nic.MAC, fmt.Sprintf("02:00:%02x:%02x:%02x:%02x", byte(number>>24), byte(number>>16), byte(number>>8), byte(number)))
			n.NICs[iface] = nic
		}
		done.Nodes[name] = n
	}
	for _, name := range Names(t.Nodes) {
		n := done.Nodes[name]
		n.ARPPermanent = done.permanentMACs(n.ARPPermanent)
		done.Nodes[name] = n
	}
	nodes := maps.Clone(done.Nodes)
	for _, name := range Names(nodes) {
		nodes[name] = nodes[name].withPrograms(done, name)
	}
	done.Nodes = nodes
	return done
}

// WithDefaults returns a copy with every default filled in.
func (s Segment) WithDefaults() Segment {
	s.Latency = cmp.Or(s.Latency, DefaultLatency)
	s.Ageing = cmp.Or(s.Ageing, DefaultAgeing)
	s.Snooping = cmp.Or(s.Snooping, SnoopingOff)
	return s
}

// withDefaults returns a copy with every default filled in, except for MAC
// addresses and programs.
func (n Node) withDefaults() Node {
	n.ARP = cmp.Or(n.ARP, ARPLinux)
	n.Unknown = cmp.Or(n.Unknown, UnknownReset)
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
	return n
}

// WithDefaults returns a copy with every default filled in.
func (m Memory) WithDefaults() Memory {
	m.Connection = cmp.Or(m.Connection, 64<<10)
	m.Request = cmp.Or(m.Request, 256<<10)
	m.Policy = cmp.Or(m.Policy, MemoryRefuse)
	return m
}

// WithDefaults returns a copy with every default filled in. An absent virtual
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
	if s.Profile == ProfileIOS {
		s.ResignOn = cmp.Or(s.ResignOn, ResignOnHello)
	}
	s.ResignOn = cmp.Or(s.ResignOn, ResignOnCoup)
	s.VIPMismatch = cmp.Or(s.VIPMismatch, MismatchAccept)
	s.Takeover = cmp.Or(s.Takeover, TakeoverARP)
	if s.Jitter == nil {
		jitter := DefaultJitter
		s.Jitter = &jitter
	}
	if s.Announce == nil {
		s.Announce = []time.Duration{0, time.Second, 2 * time.Second, 5 * time.Second}
	}
	s.AnnounceForm = cmp.Or(s.AnnounceForm, AnnounceBoth)
	if s.SelfBalance != nil {
		balance := s.SelfBalance.WithDefaults()
		s.SelfBalance = &balance
	}
	return s
}

// VIPs returns the primary virtual IP, if there is one, then the secondary
// ones.
func (s Standby) VIPs() []netip.Addr {
	if !s.VIP.IsValid() {
		return s.Secondary
	}
	return append([]netip.Addr{s.VIP}, s.Secondary...)
}
