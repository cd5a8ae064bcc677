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
// test sends its frames.
type lab struct {
	*hosttest.Lab
	members []*labMember
	client  *host.Host
	vips    []netip.Addr
	virtual host.MAC // zero: takeover by ARP
	seen    *watcher
	sent    []byte // the latest frame of the test
}

// labMember is a machine with a distributor and an echo server.
type labMember struct {
	name  string
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

// labConfig is the configuration of a member, without its address.
func labConfig() selfbalance.Config {
	return selfbalance.Config{
		Group: 30, Version: 2, Table: selfbalance.TableConfig{Max: 1000, Timeouts: selfbalance.IPVSTimeouts()},
		Algorithm: selfbalance.RoundRobin, ReportTime: time.Second, Missed: 3, HoldTime: 500 * ms,
		SyncThreshold: 3, SyncPeriod: 50, Weight: 100, FullSamples: 3,
	}
}

// newBalancedLab starts n members, a, b, …, and a client. It ends when all have
// heard each other; nobody owns the virtual IPs.
func newBalancedLab(t testing.TB, n int, virtual host.MAC, vips []netip.Addr, change func(*selfbalance.Config)) *lab {
	l := &lab{Lab: hosttest.New(t, netfab.SegmentConfig{}), virtual: virtual, vips: vips}
	l.seen = &watcher{Tap: &hosttest.Tap{}, t: t}
	l.Fabric.Observe(l.seen)
	for i := range n {
		name, address := string(rune('a'+i)), netip.AddrFrom4([4]byte{192, 0, 2, byte(11 + i)})
		m := &labMember{name: name, host: l.Add(name, address.String()+"/24")}
		m.nic = m.host.NIC("lan")
		l.members = append(l.members, m)
		l.startMember(m, address, change)
	}
	l.client = l.Add("client", clientIP.String()+"/24")
	l.silence(l.client.NIC("lan"))
	l.Pass(1500 * ms)
	return l
}

// startMember runs the distributor and the servers of a machine.
func (l *lab) startMember(m *labMember, address netip.Addr, change func(*selfbalance.Config)) {
	c := labConfig()
	c.Address, c.Boot = address, uint32(m.host.Boots())
	if change != nil {
		change(&c)
	}
	for _, v := range l.vips {
		m.nic.HideVIP(v)
		for _, port := range []uint16{webPort, ftpPort} {
			l.serveEcho(m, netip.AddrPortFrom(v, port))
		}
	}
	m.d = Start(m.host, m.nic, Config{Machine: c, Token: token, VIPs: l.vips, Services: func() []selfbalance.LocalService { return l.services(m) }})
}

// services lists what a member serves.
func (l *lab) services(m *labMember) []selfbalance.LocalService {
	var all []selfbalance.LocalService
	for _, v := range l.vips {
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
	for _, v := range l.vips {
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
