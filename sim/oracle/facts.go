package oracle

import (
	"net/netip"
	"slices"
	"time"
)

// Facts is what is known about a run before it starts. To measure the events of
// another network, write them by hand.
type Facts struct {
	Duration time.Duration // of the run
	Clients  []Client      // by name
	Members  []Member      // by node, then interface
	Segments []Segment     // by name
	// Sources are the virtual IPs from which members open connections on purpose.
	Sources []string
	// SharedQueues are the queues whose work several consumers may share, in any
	// order.
	SharedQueues []string
	// Transit is the longest that a frame takes from one end of the network to
	// the other while its cables are good and idle.
	Transit time.Duration
	// Noise is what disturbs the run besides faults.
	Noise Noise
}

// Noise is what is known of the noise of a run before it starts.
type Noise struct {
	Any bool // there is some
	// Unsure are the segments on which it may make a member miss hellos.
	Unsure []string
}

// Client is a source of requests.
type Client struct {
	Node     string
	Target   string        // address without port, such as 192.0.2.100
	Server   string        // the node whose own address that is; empty: it is virtual
	Interval time.Duration // mean time between two requests; of users, if answers take no time
	Users    int           // closed loop: how many users ask, each with one request at a time; 0: open loop
	Poisson  bool          // requests come at random instants, not at even ones
	Start    time.Duration // when the first request is due
	Stop     time.Duration // no request is due after this; 0: until the end of the run
}

// gapPoisson is how many intervals a gap between random arrivals must last to
// be listed: by chance alone, one in 20,000 is that long.
const gapPoisson = 10

// Lists reports whether answers were missing for long enough that Gaps lists
// the outage.
func (c Client) Lists(outage time.Duration) bool {
	if c.Users > 0 {
		return outage > max(c.Interval, OutageMin)
	}
	if c.Poisson {
		return outage > (gapPoisson-1)*c.Interval
	}
	return outage > c.Interval
}

// Member is one interface in a standby group.
type Member struct {
	Node, Interface, Segment string
	Address                  string // of the interface; messages name it by this
	Group                    uint8
	VIP                      string   // the primary virtual IP, which names the group
	Secondary                []string // virtual IPs that move with it
	Hello, Hold              time.Duration
	// VirtualMAC says that it sends from the virtual MAC address of its group while
	// it is Active.
	VirtualMAC bool
	// Real says that real programs move the virtual IPs, with a protocol of their
	// own. Such a member is the owner while its kernel has the primary one; it has
	// no state.
	Real bool
	// Peers are the addresses to which it sends its messages; none: to the group.
	Peers []string
	// Tracks are the objects that it tracks.
	Tracks []Tracked
	// SelfBalance is its part in self-balancing; nil: it has none.
	SelfBalance *SelfBalance
}

// SelfBalance is what is known of a member's self-balancing.
type SelfBalance struct {
	Recovery string // none, sync, rebuild or second-chance
	// Report is the time between two of its reports. It counts others as lost Lost
	// after their last one.
	Report, Lost time.Duration
	Table        int       // entries that its forwarding table has room for
	Services     []Service // of its machine, by name
}

// Service is one of the services of a member's machine.
type Service struct {
	Name   string
	Listen netip.AddrPort // the unspecified address: all
	Fixed  string         // why its connections are not balanced; empty: they are
	// DataFirst and DataLast are the ports of its data connections; 0: it has none.
	DataFirst, DataLast uint16
}

// has reports whether the service answers at ip:port.
func (s Service) has(a netip.AddrPort) bool {
	port := a.Port() == s.Listen.Port() || s.DataFirst != 0 && s.DataFirst <= a.Port() && a.Port() <= s.DataLast
	return port && (s.Listen.Addr() == a.Addr() || s.Listen.Addr().IsUnspecified())
}

// fixed returns the service at ip:port that is not balanced, or nil.
func (b *SelfBalance) fixed(address string) *Service {
	asked, err := netip.ParseAddrPort(address)
	if b == nil || err != nil {
		return nil
	}
	for i := range b.Services {
		if s := &b.Services[i]; s.Fixed != "" && s.has(asked) {
			return s
		}
	}
	return nil
}

// holds reports whether vip is one of the member's virtual IPs.
func (m Member) holds(vip string) bool { return m.VIP == vip || slices.Contains(m.Secondary, vip) }

// sendsTo reports whether the member sends its messages to another one alone.
func (m Member) sendsTo(o *Entry) bool { return slices.Contains(m.Peers, o.Address) }

// Segment is how a segment treats multicast, and who cannot reach whom on it.
type Segment struct {
	Name     string
	Pruned   bool     // loses 224.0.0.x from the start
	Isolated []string // nodes that cannot reach each other
}

// vips returns all virtual IPs, primary and secondary.
func (f Facts) vips() map[string]bool {
	all := map[string]bool{}
	for _, m := range f.Members {
		if m.VIP != "" {
			all[m.VIP] = true
		}
		for _, a := range m.Secondary {
			all[a] = true
		}
	}
	return all
}

// balanced reports whether members spread the connections to an address among
// them.
func (f Facts) balanced(vip string) bool {
	return slices.ContainsFunc(f.Members, func(m Member) bool { return m.SelfBalance != nil && m.holds(vip) })
}

// balances reports whether there is any self-balancing.
func (f Facts) balances() bool {
	return slices.ContainsFunc(f.Members, func(m Member) bool { return m.SelfBalance != nil })
}

// at returns the member that has an interface address, or nil.
func (f Facts) at(address string) *Member {
	for i := range f.Members {
		if f.Members[i].Address == address {
			return &f.Members[i]
		}
	}
	return nil
}

// primary returns the primary virtual IP of the group that vip belongs to.
func (f Facts) primary(vip string) string {
	for _, m := range f.Members {
		if m.holds(vip) {
			return m.VIP
		}
	}
	return ""
}

// groups returns the primary virtual IPs of all groups, sorted as addresses.
func (f Facts) groups() []string {
	var all []string
	for _, m := range f.Members {
		if m.VIP != "" && !slices.Contains(all, m.VIP) {
			all = append(all, m.VIP)
		}
	}
	slices.SortFunc(all, compareAddresses)
	return all
}

func compareAddresses(a, b string) int {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil {
		return slices.Compare([]byte(a), []byte(b))
	}
	return x.Compare(y)
}
