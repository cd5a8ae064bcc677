package host

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// vip is the virtual IP of the tests.
var vip = netip.MustParseAddr("10.0.0.100")

// sighting is a frame that left a machine, or was lost.
type sighting struct {
	at   time.Duration
	node string
	data []byte
	lost string // why; empty: sent
}

// tap keeps all frames of a lab.
type tap struct{ all []sighting }

func (l *lab) tap() *tap {
	t := &tap{}
	l.fabric.Observe(t)
	return t
}

func (t *tap) Sent(now time.Duration, from *netfab.Port, data []byte) {
	t.all = append(t.all, sighting{now, from.Node(), slices.Clone(data), ""})
}

func (t *tap) Lost(now time.Duration, from, _ *netfab.Port, data []byte, why string) {
	t.all = append(t.all, sighting{now, from.Node(), slices.Clone(data), why})
}

func (*tap) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// sent returns the frames that a machine sent from an instant on.
func (t *tap) sent(node string, since time.Duration, match func(sighting) bool) []sighting {
	var found []sighting
	for _, s := range t.all {
		if s.node == node && s.lost == "" && s.at >= since && (match == nil || match(s)) {
			found = append(found, s)
		}
	}
	return found
}

func (s sighting) to() MAC   { return MAC(s.data[0:6]) }
func (s sighting) from() MAC { return MAC(s.data[6:12]) }

// tcp returns the ends and flags of a TCP segment.
func (s sighting) tcp() (from, to netip.AddrPort, flags header.TCPFlags, ok bool) {
	if len(s.data) < 54 || header.Ethernet(s.data).Type() != header.IPv4ProtocolNumber {
		return from, to, 0, false
	}
	ip := header.IPv4(s.data[header.EthernetMinimumSize:])
	if ip.Protocol() != uint8(header.TCPProtocolNumber) {
		return from, to, 0, false
	}
	segment := header.TCP(ip.Payload())
	from = netip.AddrPortFrom(netip.AddrFrom4(ip.SourceAddress().As4()), segment.SourcePort())
	to = netip.AddrPortFrom(netip.AddrFrom4(ip.DestinationAddress().As4()), segment.DestinationPort())
	return from, to, segment.Flags(), true
}

// segment matches TCP segments that carry all of the flags.
func segment(flags header.TCPFlags) func(sighting) bool {
	return func(s sighting) bool {
		_, _, got, ok := s.tcp()
		return ok && got.Contains(flags)
	}
}

// arpOf matches ARP packets of an operation.
func arpOf(op wire.ARPOp) func(sighting) bool {
	return func(s sighting) bool {
		a, err := wire.ParseARP(s.data)
		return err == nil && a.Op == op
	}
}

// at runs f as an event of the loop.
func (l *lab) at(when time.Duration, f func()) { l.loop.At(when, sim.Func(f)) }

// announce sends a gratuitous ARP for the virtual IP from a machine.
func (l *lab) announce(tb testing.TB, h *Host, form wire.ARPForm, mac MAC) {
	tb.Helper()
	frame, err := wire.AppendGratuitousARP(nil, form, vip, mac, mac)
	if err != nil {
		tb.Fatal(err)
	}
	inject(h.NIC("lan"), frame)
}

// inject sends a frame from an interface, whatever the stack thinks of it.
func inject(n *NIC, frame []byte) {
	never := func([]byte) bool { return false }
	s := n.OpenPacket(never, nil)
	defer s.Close()
	s.Send(frame)
}

// ping returns an ICMP echo request to a machine, to be injected at another.
func ping(tb testing.TB, from, to *Host) []byte {
	tb.Helper()
	a, b := from.NIC("lan"), to.NIC("lan")
	return echo(b.mac, a.mac, a.address.Addr(), b.address.Addr())
}

// echo is the frame of an ICMP echo request.
func echo(dst, src MAC, from, to netip.Addr) []byte {
	frame := make([]byte, header.EthernetMinimumSize+header.IPv4MinimumSize+header.ICMPv4MinimumSize)
	copy(frame, dst[:])
	copy(frame[6:], src[:])
	frame[12] = 0x08
	ip := header.IPv4(frame[header.EthernetMinimumSize:])
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(ip)), TTL: 64, Protocol: uint8(header.ICMPv4ProtocolNumber),
		SrcAddr: address(from), DstAddr: address(to),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	icmp := header.ICMPv4(ip.Payload())
	icmp.SetType(header.ICMPv4Echo)
	icmp.SetChecksum(header.ICMPv4Checksum(icmp, 0))
	return frame
}

// pong matches ICMP echo replies.
func pong(s sighting) bool {
	const size = header.EthernetMinimumSize + header.IPv4MinimumSize
	return len(s.data) > size && header.Ethernet(s.data).Type() == header.IPv4ProtocolNumber &&
		header.IPv4(s.data[header.EthernetMinimumSize:]).Protocol() == uint8(header.ICMPv4ProtocolNumber) &&
		header.ICMPv4(s.data[size:]).Type() == header.ICMPv4EchoReply
}

// program runs a program whose error fails the test.
func (l *lab) program(h *Host, name string, body func(p *sim.Proc) error) {
	h.Go(name, func(p *sim.Proc) {
		if err := body(p); err != nil {
			l.loop.Fail(err)
		}
	})
}

// dial opens a connection that is expected to succeed, at once.
func (l *lab) dial(tb testing.TB, h *Host, target string) *Conn {
	tb.Helper()
	var conn *Conn
	l.program(h, "dial", func(*sim.Proc) (err error) {
		conn, err = h.Dial(netip.MustParseAddrPort(target), 0)
		return err
	})
	l.run(tb, l.loop.Now()+100*time.Millisecond)
	if conn == nil {
		tb.Fatalf("dial %s: not established after 100 ms", target)
	}
	return conn
}

// within fails the test unless a span lies between two others.
func within(tb testing.TB, what string, got, low, high time.Duration) {
	tb.Helper()
	if got < low || got > high {
		tb.Errorf("%s: got %v, want %v to %v", what, got, low, high)
	}
}
