package distributor

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/datadriven"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/selfbalance"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
)

// TestScripts plays testdata/*.txt: frames that members of a group receive, and
// what becomes of them. Each file covers one behaviour, for readers who do not
// know Go. `go test -run Scripts -rewrite` rewrites the outputs; read the diff.
//
//	lab [members=3] [recovery=rebuild] [takeover=mac] [vips=1] [dead=reset] [groups=2]
//	owner NAME | standby NAME       the member's role
//	quiesce NAME | freeze NAME | thaw NAME | quiet NAME (it stops to listen)
//	send FLAGS [port=5000] [to=NAME] [from=NAME] [service=80] [vip=1] [ttl=64] [data=TEXT] [options]
//	fragment first|later [the same] [id=7] [lost]   lost: it will not be received
//	too-big [the same]              ICMP from a router: fragmentation needed
//	ask                             the client asks for the virtual IP by ARP
//	pass 600ms                      time passes; else it is 20 ms per command
//	entries                         what each member's table has
//
// FLAGS are letters of S, A, F, R, P. A segment of a connection has the
// sequence numbers that follow. It is sent to the MAC that has the virtual IP,
// or to that of a member, by the client, or as a member does that forwards
// (from=a) or passes on (from=a*). The output is the frames that followed, with
// their MACs, without messages between members; what stacks received; and what
// was held, dropped and not known.
//
// With groups=2, each machine has a second interface on a second network, where
// it is in another group: a/west is that of a, and vip=2 is the address there.
func TestScripts(t *testing.T) {
	datadriven.Walk(t, "testdata", func(t *testing.T, path string) {
		s := &script{}
		datadriven.RunTest(t, path, s.play)
	})
}

type script struct {
	*lab
	macs  map[host.MAC]string
	ends  map[connection]*clientEnd
	lines []string
}

// connection names one by its virtual IP and the client's port.
type connection struct {
	vip  netip.Addr
	port uint16
}

// clientEnd is the client's end of a connection.
type clientEnd struct{ sequence, ack uint32 }

func (s *script) play(t *testing.T, d *datadriven.TestData) string {
	if d.Cmd == "lab" {
		s.start(t, d)
		return "ok\n"
	}
	s.TB, s.seen.t, s.lines = t, t, nil
	before := s.counters()
	wait := 20 * ms
	switch d.Cmd {
	case "owner", "standby":
		s.own(s.member(first(d)), d.Cmd == "owner")
	case "quiesce":
		s.member(first(d)).d.Quiesce(true)
	case "freeze":
		s.member(first(d)).host.Freeze(false)
	case "thaw":
		s.member(first(d)).host.Thaw()
	case "quiet":
		s.member(first(d)).quiet = true
		s.member(first(d)).d.Changed()
	case "send", "fragment", "too-big":
		s.inject(t, d)
	case "ask":
		s.askARP(t)
	case "entries":
		return s.entries()
	case "pass":
		var err error
		if wait, err = time.ParseDuration(first(d)); err != nil {
			d.Fatalf(t, "%v", err)
		}
	default:
		d.Fatalf(t, "unknown command %q", d.Cmd)
	}
	s.Pass(wait)
	s.compare(before)
	return strings.Join(append(s.lines, ""), "\n")
}

// first is the first argument of a command.
func first(d *datadriven.TestData) string {
	if len(d.CmdArgs) == 0 {
		return ""
	}
	return d.CmdArgs[0].Key
}

func (s *script) start(t *testing.T, d *datadriven.TestData) {
	members, vips, groups, recovery, takeover, dead := 3, 1, 1, "rebuild", "arp", "drop"
	for name, into := range map[string]any{
		"members": &members, "vips": &vips, "groups": &groups, "recovery": &recovery, "takeover": &takeover, "dead": &dead,
	} {
		d.MaybeScanArgs(t, name, into)
	}
	var virtual host.MAC
	if takeover == "mac" {
		virtual = wire.VirtualMAC(30)
	}
	west := &network{name: "west", mark: "/west", prefix: [3]byte{203, 0, 113}, group: 31, vips: []netip.Addr{westVIP}}
	networks := []*network{lanOf([]netip.Addr{vip, secondVIP}[:vips]...), west}[:groups]
	s.lab = newLab(t, members, virtual, networks, func(c *selfbalance.Config) {
		c.ResetDead = dead == "reset"
		if err := c.Recovery.UnmarshalText([]byte(recovery)); err != nil {
			d.Fatalf(t, "%v", err)
		}
	})
	s.ends, s.macs = map[connection]*clientEnd{}, map[host.MAC]string{wire.Broadcast: "everyone"}
	for _, n := range networks {
		s.macs[s.client.NIC(n.name).MAC()] = "client" + n.mark
	}
	if !virtual.IsZero() {
		s.macs[virtual] = "virtual"
	}
	for _, m := range s.members {
		s.macs[m.nic.MAC()], s.macs[passedOn(m.nic.MAC())] = m.name, m.name+"*"
		s.note(m)
	}
	s.Fabric.Observe(s)
}

// note notes the segments that pass the distributor of a member.
func (s *script) note(m *labMember) {
	if _, err := m.nic.Ingress().Insert(host.IngressAcks, host.Stage{Name: "note", Do: func(f *netfab.Frame) host.Verdict {
		if ip := wire.IPv4Of(f.Data()); ip != nil && slices.Contains(s.vips(), ip.To()) {
			s.lines = append(s.lines, m.name+": delivered")
		}
		return host.Pass
	}}); err != nil {
		s.TB.Fatal(err)
	}
}

// Sent implements netfab.Observer.
func (s *script) Sent(_ time.Duration, _ *netfab.Port, data []byte) {
	if ip := wire.IPv4Of(data); balance.Matches(data) || ip != nil && ip.Protocol() == wire.ProtocolIGMP {
		return
	}
	eth := wire.EthernetOf(data)
	what := s.describe(data)
	if slices.Equal(data, s.sent) {
		what = "" // the frame of the command
	}
	line := fmt.Sprintf("%s > %s: %s", s.macs[eth.Source()], s.macs[eth.Destination()], what)
	s.lines = append(s.lines, strings.TrimSuffix(line, ": "))
	if ip, tcp, payload := wire.TCPOf(data); tcp != nil && strings.HasPrefix(s.macs[eth.Destination()], "client") {
		if end := s.ends[connection{ip.From(), tcp.DestinationPort()}]; end != nil {
			end.ack = tcp.Sequence() + uint32(len(payload))
			if tcp.Flags()&(wire.TCPSyn|wire.TCPFin) != 0 {
				end.ack++
			}
		}
	}
}

// Lost implements netfab.Observer.
func (s *script) Lost(_ time.Duration, _, to *netfab.Port, _ []byte, why string) {
	s.lines = append(s.lines, "lost on the way: "+why)
}

// MACMoved implements netfab.Observer.
func (s *script) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// inject sends a frame.
func (s *script) inject(t *testing.T, d *datadriven.TestData) {
	sender, to, port, service, which, ttl, id, data := "client", "", 5000, webPort, 1, 64, 7, ""
	for name, into := range map[string]any{
		"from": &sender, "to": &to, "port": &port, "service": &service, "vip": &which, "ttl": &ttl, "id": &id, "data": &data,
	} {
		d.MaybeScanArgs(t, name, into)
	}
	target := s.vips()[which-1]
	end := s.ends[connection{target, uint16(port)}]
	if end == nil {
		end = &clientEnd{sequence: 1000}
		s.ends[connection{target, uint16(port)}] = end
	}
	flags := first(d)
	if d.Cmd != "send" {
		flags = "PA"
	}
	net := s.networkOf(target)
	if !d.HasArg("from") {
		sender += net.mark
	}
	nic, source := s.nicOf(sender)
	seg := segment{
		source: source, destination: s.macOf(to, net), flags: flags, sequence: end.sequence, ack: end.ack, data: data, ttl: uint8(ttl),
		from: netip.AddrPortFrom(net.at(clientLast), uint16(port)), to: netip.AddrPortFrom(target, uint16(service)), options: d.HasArg("options"),
	}
	switch d.Cmd {
	case "send":
		s.sent = seg.frame(t)
		end.sequence += uint32(len(data))
		if strings.ContainsAny(flags, "SF") {
			end.sequence++
		}
	case "fragment":
		s.sent = seg.fragment(t, first(d) == "first", uint16(id))
		if first(d) == "later" && !d.HasArg("lost") {
			end.sequence += uint32(len(data))
		}
	case "too-big":
		s.sent = seg.tooBig(t, farIP)
	}
	hosttest.Inject(nic, s.sent)
}

// nicOf returns the interface that sends for a name, and the source address.
func (s *script) nicOf(name string) (*host.NIC, host.MAC) {
	for _, nic := range s.client.NICs() {
		if s.macs[nic.MAC()] == name {
			return nic, nic.MAC()
		}
	}
	m := s.member(strings.TrimSuffix(name, "*"))
	if strings.HasSuffix(name, "*") {
		return m.nic, passedOn(m.nic.MAC())
	}
	return m.nic, m.nic.MAC()
}

// macOf returns the address of a member, or that which the virtual IP of a
// network has.
func (s *script) macOf(name string, net *network) host.MAC {
	if name == "nobody" {
		return host.MAC{2, 0, 0, 0, 9, 9}
	}
	if name != "" {
		return s.member(name).nic.MAC()
	}
	i := slices.IndexFunc(s.members, func(m *labMember) bool { return m.owner && m.net == net })
	switch {
	case !s.virtual.IsZero():
		return s.virtual
	case i < 0:
		s.TB.Fatal("nobody owns the virtual IP")
	}
	return s.members[i].nic.MAC()
}

func (s *script) askARP(t *testing.T) {
	frame, err := wire.AppendARP(nil, wire.ARP{
		Source: s.client.NIC("lan").MAC(), Destination: wire.Broadcast, Op: wire.ARPRequestOp,
		SenderMAC: s.client.NIC("lan").MAC(), SenderIP: clientIP, TargetIP: vip,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.sent = frame
	hosttest.Inject(s.client.NIC("lan"), frame)
}

// named returns the name of an address.
func (l *lab) named(a netip.Addr) string {
	for _, m := range l.members {
		if m.nic.Address().Addr() == a {
			return m.name
		}
	}
	for _, n := range l.networks {
		if a == n.at(clientLast) {
			return "client" + n.mark
		}
	}
	if name := map[netip.Addr]string{vip: "vip", secondVIP: "vip2", westVIP: "vip/west"}[a]; name != "" {
		return name
	}
	return a.String()
}

// vips lists the virtual IPs of all groups.
func (l *lab) vips() (all []netip.Addr) {
	for _, n := range l.networks {
		all = append(all, n.vips...)
	}
	return all
}

// networkOf returns the network of a virtual IP.
func (l *lab) networkOf(vip netip.Addr) *network {
	return l.networks[slices.IndexFunc(l.networks, func(n *network) bool { return slices.Contains(n.vips, vip) })]
}

func (s *script) counters() []selfbalance.Counters {
	var all []selfbalance.Counters
	for _, m := range s.members {
		all = append(all, m.d.Status().Counters)
	}
	return all
}

// compare notes what members have not delivered and not forwarded since.
func (s *script) compare(before []selfbalance.Counters) {
	for i, now := range s.counters() {
		for _, c := range []struct {
			what   string
			before uint64
			now    uint64
		}{
			{"held", before[i].Held, now.Held}, {"dropped", before[i].Dropped, now.Dropped},
			{"refused", before[i].Refused, now.Refused}, {"unknown", before[i].Unknown, now.Unknown},
		} {
			if n := c.now - c.before; n > 0 {
				s.lines = append(s.lines, fmt.Sprintf("%s: %d %s", s.members[i].name, n, c.what))
			}
		}
	}
}

func (s *script) entries() string {
	var out strings.Builder
	for _, m := range s.members {
		st := m.d.Status()
		if st.Entries == 0 {
			continue
		}
		fmt.Fprintf(&out, "%s: %d entries:", m.name, st.Entries)
		for _, r := range st.Servers {
			if r.Active+r.Inactive > 0 {
				fmt.Fprintf(&out, " %s:%d at %s %d active %d inactive,", s.named(r.Service.Address().Addr()), r.Service.Port, s.named(r.Member), r.Active, r.Inactive)
			}
		}
		fmt.Fprintln(&out)
	}
	return strings.ReplaceAll(out.String(), ",\n", "\n")
}
