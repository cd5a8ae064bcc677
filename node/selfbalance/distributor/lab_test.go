package distributor

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

const ms = time.Millisecond

// The addresses of a lab.
var (
	vip       = netip.MustParseAddr("192.0.2.100")
	secondVIP = netip.MustParseAddr("192.0.2.101")
	westVIP   = netip.MustParseAddr("203.0.113.100")
	clientIP  = netip.MustParseAddr("192.0.2.201")
	farIP     = netip.MustParseAddr("198.51.100.7") // beyond a router
	token     = wire.Auth{'X', 'A', '3', '5'}
)

// The ports that each member serves. FTP is not balanced.
const (
	webPort  = 80
	ftpPort  = 21
	idlePort = 81 // a service that no member listens on
)

// lab is members of a group, and a client that never answers by itself: the
// test sends its frames. With a second network, each machine is also a member
// of a second group.
type lab struct {
	*hosttest.Lab
	networks []*network
	members  []*labMember
	client   *host.Host
	virtual  host.MAC // zero: takeover by ARP
	seen     *watcher
	sent     []byte // the latest frame of the test
}

// network is a segment, the machines' interfaces on it, and their group.
type network struct {
	name    string
	mark    string // how names of machines end there
	prefix  [3]byte
	group   uint8
	vips    []netip.Addr
	segment *netfab.Segment
}

// at is an address of the network.
func (n *network) at(last byte) netip.Addr {
	return netip.AddrFrom4([4]byte{n.prefix[0], n.prefix[1], n.prefix[2], last})
}

// clientLast is the end of the client's addresses.
const clientLast = 201

// labMember is a machine with a distributor and an echo server.
type labMember struct {
	name  string
	net   *network
	host  *host.Host
	nic   *host.NIC
	d     *Distributor
	quiet bool // does not listen
	owner bool
}

// watcher records frames, and fails a test in which a switch learns that a
// machine has moved.
type watcher struct {
	*hosttest.Tap
	t     testing.TB
	moves bool // are expected
}

// MACMoved implements netfab.Observer.
func (w *watcher) MACMoved(now time.Duration, mac netfab.MAC, from, to *netfab.Port) {
	if !w.moves {
		w.t.Errorf("at %v the switch learned %v at %s, which was at %s", now, mac, to.Node(), from.Node())
	}
}

// labConfig is the configuration of a member, without its group and address.
func labConfig() selfbalance.Config {
	return selfbalance.Config{
		Version: 2, Table: selfbalance.TableConfig{Max: 1000, Timeouts: selfbalance.IPVSTimeouts()},
		Algorithm: selfbalance.RoundRobin, ReportTime: time.Second, Missed: 3, HoldTime: 500 * ms,
		SyncThreshold: 3, SyncPeriod: 50, Weight: 100, FullSamples: 3,
	}
}

// lanOf is the network of most labs.
func lanOf(vips ...netip.Addr) *network {
	return &network{name: "lan", prefix: [3]byte{192, 0, 2}, group: 30, vips: vips}
}

// newBalancedLab starts n members, a, b, …, and a client. It ends when all have
// heard each other; nobody owns the virtual IPs.
func newBalancedLab(t testing.TB, n int, virtual host.MAC, vips []netip.Addr, change func(*selfbalance.Config)) *lab {
	return newLab(t, n, virtual, []*network{lanOf(vips...)}, change)
}

func newLab(t testing.TB, n int, virtual host.MAC, networks []*network, change func(*selfbalance.Config)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), networks: networks, virtual: virtual}
	l.seen = &watcher{Tap: &hosttest.Tap{}, t: t}
	l.Fabric.Observe(l.seen)
	networks[0].segment = l.LAN
	for _, other := range networks[1:] {
		other.segment = l.Fabric.AddSegment(other.name, netfab.SegmentConfig{Latency: hosttest.Latency, Ageing: hosttest.Ageing})
	}
	for i := range n {
		name, last := string(rune('a'+i)), byte(11+i)
		h := l.machine(name, last)
		for _, net := range networks {
			m := &labMember{name: name + net.mark, net: net, host: h, nic: h.NIC(net.name)}
			l.members = append(l.members, m)
			l.startMember(m, net.at(last), change)
		}
	}
	l.client = l.machine("client", clientLast)
	for _, nic := range l.client.NICs() {
		l.silence(nic)
	}
	l.Pass(1500 * ms)
	return l
}

// machine adds a machine with an interface on each network.
func (l *lab) machine(name string, last byte) *host.Host {
	h := host.New(l.Loop, host.Config{Name: name, Cores: 1, ARP: host.ARPLinux, Log: l.Log})
	for _, n := range l.networks {
		h.AddNIC(n.name, host.MAC{2, 0, 0, 0, n.prefix[2], last}, netip.PrefixFrom(n.at(last), 24), n.segment)
	}
	h.PowerOn()
	l.Hosts = append(l.Hosts, h)
	l.TB.Cleanup(h.Destroy)
	return h
}

// startMember runs the distributor and the servers of a machine.
func (l *lab) startMember(m *labMember, address netip.Addr, change func(*selfbalance.Config)) {
	c := labConfig()
	c.Group, c.Address, c.Boot = m.net.group, address, uint32(m.host.Boots())
	if change != nil {
		change(&c)
	}
	for _, v := range m.net.vips {
		m.nic.HideVIP(v)
		for _, port := range []uint16{webPort, ftpPort} {
			l.serveEcho(m, netip.AddrPortFrom(v, port))
		}
	}
	m.d = Start(m.host, m.nic, Config{Machine: c, Token: token, VIPs: m.net.vips, Services: func() []selfbalance.LocalService { return l.services(m) }})
}

// services lists what a member serves.
func (l *lab) services(m *labMember) []selfbalance.LocalService {
	var all []selfbalance.LocalService
	for _, v := range m.net.vips {
		at := func(port uint16) selfbalance.Service { return selfbalance.ServiceOf(netip.AddrPortFrom(v, port)) }
		all = append(all,
			selfbalance.LocalService{Service: at(webPort), Name: "web", Listening: !m.quiet},
			selfbalance.LocalService{Service: at(ftpPort), Name: "files", Listening: true, Fixed: "FTP server handler"},
			selfbalance.LocalService{Service: at(idlePort), Name: "idle"},
		)
	}
	return all
}

// serveEcho answers each connection to an address with what it receives.
func (l *lab) serveEcho(m *labMember, at netip.AddrPort) {
	l.Program(m.host, fmt.Sprintf("server %v", at), func(*sim.Proc) error {
		listener, err := m.host.Listen(at, 128)
		if err != nil {
			return err
		}
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return nil
			}
			m.host.Go("echo", func(*sim.Proc) {
				defer conn.Close()
				b := make([]byte, 2000)
				for {
					n, err := conn.Read(b)
					if err != nil {
						return
					}
					conn.Write(b[:n])
				}
			})
		}
	})
}

// silence makes a machine ignore what it receives, apart from ARP.
func (l *lab) silence(n *host.NIC) {
	if _, err := n.Ingress().Insert(host.IngressAcks, host.Stage{Name: "silence", Do: func(f *netfab.Frame) host.Verdict {
		if wire.IsARP(f.Data()) {
			return host.Pass
		}
		return host.Drop
	}}); err != nil {
		l.TB.Fatal(err)
	}
}

// own makes a member the owner of the virtual IPs, or no longer, as its
// election does.
func (l *lab) own(m *labMember, yes bool) {
	for _, v := range m.net.vips {
		if yes {
			m.nic.AddVIP(v, l.virtual)
		} else {
			m.nic.HideVIP(v)
		}
	}
	m.owner = yes
	m.d.SetOwner(yes)
}

// member returns a member by its name.
func (l *lab) member(name string) *labMember {
	i := slices.IndexFunc(l.members, func(m *labMember) bool { return m.name == name })
	if i < 0 {
		l.TB.Fatalf("there is no member %q", name)
	}
	return l.members[i]
}
