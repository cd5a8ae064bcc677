package host_test

import (
	"fmt"
	"io"
	"net/netip"
	"testing"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/host/hosttest"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// lab is machines h1, h2, … on one segment, with addresses from 10.0.0.1.
type lab struct{ *hosttest.Lab }

func newLab(tb testing.TB, hosts int, change func(i int, c *host.Config)) *lab {
	l := &lab{hosttest.New(tb, netfab.SegmentConfig{})}
	for i := 1; i <= hosts; i++ {
		l.Add(fmt.Sprintf("h%d", i), fmt.Sprintf("10.0.%d.%d/16", i>>8, i&0xff), func(c *host.Config) {
			if change != nil {
				change(i, c)
			}
		})
	}
	return l
}

// serve answers each read with size bytes.
func (l *lab) serve(tb testing.TB, h *host.Host, port uint16, size int) {
	tb.Helper()
	answer := make([]byte, size)
	h.Go("server", func(*sim.Proc) {
		listener, err := h.Listen(netip.AddrPortFrom(netip.IPv4Unspecified(), port), 4096)
		if err != nil {
			l.Loop.Fail(err)
			return
		}
		for {
			conn, err := listener.AcceptConn()
			if err != nil {
				return
			}
			h.Go("connection", func(*sim.Proc) {
				defer conn.Close()
				buf := make([]byte, 512)
				for {
					if _, err := conn.Read(buf); err != nil {
						return
					}
					if _, err := conn.Write(answer); err != nil {
						return
					}
				}
			})
		}
	})
}

// ask makes requests on one connection and returns how many were answered.
func ask(conn *host.Conn, requests, size int) (answered int, err error) {
	request := []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	buf := make([]byte, size)
	for range requests {
		if _, err := conn.Write(request); err != nil {
			return answered, err
		}
		if _, err := io.ReadFull(conn, buf); err != nil {
			return answered, err
		}
		answered++
	}
	return answered, nil
}

// vip is the virtual IP of the tests.
var vip = netip.MustParseAddr("10.0.0.100")

// tcpOf returns the ends and flags of a TCP segment.
func tcpOf(f hosttest.Frame) (from, to netip.AddrPort, flags header.TCPFlags, ok bool) {
	if len(f.Data) < 54 || header.Ethernet(f.Data).Type() != header.IPv4ProtocolNumber {
		return from, to, 0, false
	}
	ip := header.IPv4(f.Data[header.EthernetMinimumSize:])
	if ip.Protocol() != uint8(header.TCPProtocolNumber) {
		return from, to, 0, false
	}
	segment := header.TCP(ip.Payload())
	from = netip.AddrPortFrom(netip.AddrFrom4(ip.SourceAddress().As4()), segment.SourcePort())
	to = netip.AddrPortFrom(netip.AddrFrom4(ip.DestinationAddress().As4()), segment.DestinationPort())
	return from, to, segment.Flags(), true
}

// segment matches TCP segments that carry all of the flags.
func segment(flags header.TCPFlags) func(hosttest.Frame) bool {
	return func(s hosttest.Frame) bool {
		_, _, got, ok := tcpOf(s)
		return ok && got.Contains(flags)
	}
}

// arpOf matches ARP packets of an operation.
func arpOf(op wire.ARPOp) func(hosttest.Frame) bool {
	return func(s hosttest.Frame) bool {
		a, err := wire.ParseARP(s.Data)
		return err == nil && a.Op == op
	}
}

// announce sends a gratuitous ARP for the virtual IP from a machine.
func (l *lab) announce(tb testing.TB, h *host.Host, form wire.ARPForm, mac host.MAC) {
	tb.Helper()
	frame, err := wire.AppendGratuitousARP(nil, form, vip, mac, mac)
	if err != nil {
		tb.Fatal(err)
	}
	hosttest.Inject(h.NIC("lan"), frame)
}

// ping returns an ICMP echo request to a machine, to be injected at another.
func ping(tb testing.TB, from, to *host.Host) []byte {
	tb.Helper()
	a, b := from.NIC("lan"), to.NIC("lan")
	return echo(b.MAC(), a.MAC(), a.Address().Addr(), b.Address().Addr())
}

// echo is the frame of an ICMP echo request.
func echo(dst, src host.MAC, from, to netip.Addr) []byte {
	frame := make([]byte, header.EthernetMinimumSize+header.IPv4MinimumSize+header.ICMPv4MinimumSize)
	wire.EthernetOf(frame).Set(dst, src, wire.EtherTypeIPv4)
	ip := header.IPv4(wire.EthernetPayload(frame))
	ip.Encode(&header.IPv4Fields{
		TotalLength: uint16(len(ip)), TTL: 64, Protocol: uint8(header.ICMPv4ProtocolNumber),
		SrcAddr: tcpip.AddrFrom4(from.As4()), DstAddr: tcpip.AddrFrom4(to.As4()),
	})
	ip.SetChecksum(^ip.CalculateChecksum())
	icmp := header.ICMPv4(ip.Payload())
	icmp.SetType(header.ICMPv4Echo)
	icmp.SetChecksum(header.ICMPv4Checksum(icmp, 0))
	return frame
}

// pong matches ICMP echo replies.
func pong(s hosttest.Frame) bool {
	const size = header.EthernetMinimumSize + header.IPv4MinimumSize
	return len(s.Data) > size && header.Ethernet(s.Data).Type() == header.IPv4ProtocolNumber &&
		header.IPv4(s.Data[header.EthernetMinimumSize:]).Protocol() == uint8(header.ICMPv4ProtocolNumber) &&
		header.ICMPv4(s.Data[size:]).Type() == header.ICMPv4EchoReply
}

// dial opens a connection that is expected to succeed, at once.
func (l *lab) dial(tb testing.TB, h *host.Host, target string) *host.Conn {
	tb.Helper()
	var conn *host.Conn
	l.Program(h, "dial", func(*sim.Proc) (err error) {
		conn, err = h.Dial(netip.MustParseAddrPort(target), 0)
		return err
	})
	l.Pass(100 * time.Millisecond)
	if conn == nil {
		tb.Fatalf("dial %s: not established after 100 ms", target)
	}
	return conn
}

// within fails the test unless a span is between two others.
func within(tb testing.TB, what string, got, low, high time.Duration) {
	tb.Helper()
	if got < low || got > high {
		tb.Errorf("%s: got %v, want %v to %v", what, got, low, high)
	}
}
