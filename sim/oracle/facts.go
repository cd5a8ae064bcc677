package oracle

import (
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Facts is what is known of a run on paper, before anything happens.
type Facts struct {
	Duration time.Duration // of the run
	Clients  []Client      // by name
	Members  []Member      // by node, then interface
	Segments []Segment     // by name
}

// Client is a source of requests.
type Client struct {
	Node     string
	Target   string        // address without port, such as 192.0.2.100
	Interval time.Duration // mean time between two requests
	Poisson  bool          // requests come at random instants, not at even ones
	Start    time.Duration // when the first request is due
	Stop     time.Duration // no request is due after this; 0: until the end of the run
}

// Member is one interface in a standby group.
type Member struct {
	Node, Interface, Segment string
	Address                  string // of the interface, by which its messages name it
	Group                    uint8
	VIP                      string   // the primary virtual IP: by it the group is known
	Secondary                []string // virtual IPs that move with it
	Hello, Hold              time.Duration
	// Real says that real programs move the virtual IPs, in words of their own. Such
	// a member is Active while its kernel has the primary one, and has no other
	// state.
	Real bool
}

// Of real programs it is not known what their timers are. They are taken to be
// the defaults of VRRP: one second, and three of them with the skew (RFC 3768
// §5.3.1, §6.1).
const (
	realHello = time.Second
	realHold  = 4 * time.Second
)

// holds reports whether vip is among the member's virtual IPs.
func (m Member) holds(vip string) bool { return m.VIP == vip || slices.Contains(m.Secondary, vip) }

// Segment is what a segment does to multicast and to ports that have just come
// up.
type Segment struct {
	Name         string
	Pruned       bool // loses 224.0.0.x from the start
	ForwardDelay time.Duration
	Isolated     []string // nodes that cannot reach each other
}

// OnPaper reads the facts off a topology with its defaults filled in.
func OnPaper(t topology.Topology, duration time.Duration) Facts {
	f := Facts{Duration: duration}
	for _, name := range topology.Names(t.Segments) {
		s := t.Segments[name]
		f.Segments = append(f.Segments, Segment{
			Name: name, Pruned: s.Snooping == topology.SnoopingPrune, ForwardDelay: s.ForwardDelay, Isolated: s.Isolated,
		})
	}
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		if n.Client != nil {
			f.Clients = append(f.Clients, clientOnPaper(name, n))
		}
		for _, iface := range topology.Names(n.Standby) {
			f.Members = append(f.Members, memberOnPaper(name, iface, n))
		}
		for _, iface := range topology.Names(n.NICs) {
			if vips := n.ExecVIPs(iface); len(vips) > 0 {
				f.Members = append(f.Members, realOnPaper(name, iface, n, vips))
			}
		}
	}
	f.learnVIPs()
	return f
}

func clientOnPaper(name string, n topology.Node) Client {
	c := n.Client
	out := Client{
		Node: name, Interval: c.Rate.Interval(), Poisson: c.Arrival == topology.ArrivalPoisson,
		Start: max(c.Start, n.Start+n.Boot), Stop: c.Stop,
	}
	if u, err := url.Parse(c.Target); err == nil {
		out.Target = u.Hostname()
	}
	return out
}

func memberOnPaper(name, iface string, n topology.Node) Member {
	s, nic := n.Standby[iface], n.NICs[iface]
	m := Member{
		Node: name, Interface: iface, Segment: nic.Segment, Address: nic.Address.Addr().String(),
		Group: uint8(s.Group), VIP: text(s.VIP), Hello: s.Hello, Hold: s.Hold,
	}
	for _, a := range s.Secondary {
		m.Secondary = append(m.Secondary, text(a))
	}
	return m
}

func realOnPaper(name, iface string, n topology.Node, vips []netip.Addr) Member {
	nic := n.NICs[iface]
	m := Member{
		Node: name, Interface: iface, Segment: nic.Segment, Address: nic.Address.Addr().String(),
		VIP: text(vips[0]), Hello: realHello, Hold: realHold, Real: true,
	}
	for _, a := range vips[1:] {
		m.Secondary = append(m.Secondary, text(a))
	}
	return m
}

func text(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// learnVIPs gives a member without a virtual IP that of its group: it will
// learn it from the active.
func (f *Facts) learnVIPs() {
	for i := range f.Members {
		m := &f.Members[i]
		for _, o := range f.Members {
			if m.VIP == "" && o.Segment == m.Segment && o.Group == m.Group {
				m.VIP = o.VIP
			}
		}
	}
}

// vips returns all virtual IPs on paper, primary and secondary.
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

// primary returns the primary virtual IP of the group to which vip belongs.
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
