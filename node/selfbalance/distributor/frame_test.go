package distributor

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/wire"
)

// segment is a TCP segment that a test sends.
type segment struct {
	source, destination host.MAC
	from, to            netip.AddrPort
	flags               string // of S, A, F, R, P
	sequence, ack       uint32
	data                string
	ttl                 uint8
	options             bool // of IP: a router alert
}

// ethernet returns the headers below TCP.
func (s segment) headers(t testing.TB, protocol layers.IPProtocol) (*layers.Ethernet, *layers.IPv4) {
	t.Helper()
	eth := &layers.Ethernet{SrcMAC: s.source[:], DstMAC: s.destination[:], EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{
		Version: 4, TTL: s.ttl, Id: 0x4711, TOS: 0x28, Flags: layers.IPv4DontFragment, Protocol: protocol,
		SrcIP: net.IP(s.from.Addr().AsSlice()), DstIP: net.IP(s.to.Addr().AsSlice()),
	}
	if s.options {
		ip.Options = []layers.IPv4Option{{OptionType: 148, OptionLength: 4, OptionData: []byte{0, 0}}}
	}
	return eth, ip
}

// frame returns the segment in a frame.
func (s segment) frame(t testing.TB) []byte {
	t.Helper()
	eth, ip := s.headers(t, layers.IPProtocolTCP)
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(s.from.Port()), DstPort: layers.TCPPort(s.to.Port()), Seq: s.sequence, Ack: s.ack, Window: 8192,
		SYN: strings.Contains(s.flags, "S"), ACK: strings.Contains(s.flags, "A"), FIN: strings.Contains(s.flags, "F"),
		RST: strings.Contains(s.flags, "R"), PSH: strings.Contains(s.flags, "P"),
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	return serialize(t, eth, ip, tcp, gopacket.Payload(s.data))
}

// fragment returns a part of the segment, which is cut after 24 bytes of TCP:
// the header and four bytes of data.
func (s segment) fragment(t testing.TB, first bool, id uint16) []byte {
	t.Helper()
	const cut = 24
	whole := wire.EthernetPayload(s.frame(t))[wire.IPv4Size:]
	eth, ip := s.headers(t, layers.IPProtocolTCP)
	ip.Id, ip.Flags = id, 0
	if first {
		ip.Flags = layers.IPv4MoreFragments
		return serialize(t, eth, ip, gopacket.Payload(whole[:cut]))
	}
	ip.FragOffset = cut / 8
	return serialize(t, eth, ip, gopacket.Payload(whole[cut:]))
}

// tooBig returns what a router sends that cannot pass on a segment from s.to to
// s.from: fragmentation needed.
func (s segment) tooBig(t testing.TB, router netip.Addr) []byte {
	t.Helper()
	answer := segment{from: s.to, to: s.from, flags: "PA", sequence: s.ack, ack: s.sequence, data: "answer", ttl: 60}.frame(t)
	s.from = netip.AddrPortFrom(router, 0)
	eth, ip := s.headers(t, layers.IPProtocolICMPv4)
	icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodeFragmentationNeeded), Seq: 1300}
	return serialize(t, eth, ip, icmp, gopacket.Payload(wire.EthernetPayload(answer)[:wire.IPv4Size+8]))
}

func serialize(t testing.TB, all ...gopacket.SerializableLayer) []byte {
	t.Helper()
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, all...); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b.Bytes())
}

// describe says what a frame is, without its Ethernet addresses.
func (l *lab) describe(frame []byte) string {
	if bytes.Equal(frame[12:], l.sent[12:]) {
		return "the same packet"
	}
	if a, err := wire.ParseARP(frame); err == nil {
		return fmt.Sprintf("ARP %s for %s from %s", a.Op, l.named(a.TargetIP), l.named(a.SenderIP))
	}
	if ip, tcp, data := wire.TCPOf(frame); tcp != nil {
		return fmt.Sprintf("%s %s:%d > %s:%d%s", flagsOf(tcp.Flags()), l.named(ip.From()), tcp.SourcePort(), l.named(ip.To()), tcp.DestinationPort(), sized(data))
	}
	if e, ok := wire.ICMPErrorOf(frame); ok {
		kind := fmt.Sprintf("type %d code %d", e.ICMP.Type(), e.ICMP.Code())
		if e.ICMP.Type() == wire.ICMPUnreachable && e.ICMP.Code() == wire.ICMPPortUnreachable {
			kind = "port unreachable"
		}
		return fmt.Sprintf("ICMP %s %s > %s about %d > %d", kind, l.named(e.IP.From()), l.named(e.IP.To()), e.SourcePort(), e.DestinationPort())
	}
	return fmt.Sprintf("% x", frame[12:])
}

func sized(data []byte) string {
	if len(data) == 0 {
		return ""
	}
	return fmt.Sprintf(" %q", data)
}

func flagsOf(f wire.TCPFlags) string {
	var all []string
	for _, flag := range []struct {
		bit  wire.TCPFlags
		word string
	}{{wire.TCPSyn, "SYN"}, {wire.TCPFin, "FIN"}, {wire.TCPRst, "RST"}, {wire.TCPAck, "ACK"}} {
		if f&flag.bit != 0 {
			all = append(all, flag.word)
		}
	}
	return strings.Join(all, " ")
}
