package wire

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestAppendEcho lets gopacket, an independent implementation, read the request
// and its checksum.
func TestAppendEcho(t *testing.T) {
	got := AppendEcho([]byte("kept"), 1, 0xfffe)
	if want := append([]byte("kept"), unhex(t, "08 00 f7 ff 00 01 ff fe")...); !bytes.Equal(got, want) {
		t.Errorf("got % x, want % x", got, want)
	}
	packet := gopacket.NewPacket(got[4:], layers.LayerTypeICMPv4, gopacket.Default)
	icmp, ok := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	if !ok || icmp.TypeCode.Type() != layers.ICMPv4TypeEchoRequest || icmp.Id != 1 || icmp.Seq != 0xfffe {
		t.Errorf("gopacket reads %v", packet)
	}
	if checksum(0).add(got[4:]).sum() != 0 {
		t.Error("the checksum is wrong")
	}
}

// tooBig is from a router, 198.51.100.1: a segment of 192.0.2.100:80 for
// 203.0.113.9:49152 is too long for its next hop, which takes 1400 bytes. The
// packet in it has options.
const tooBig = ethHead + "45 00 00 3c 00 07 00 00 40 01 00 00 c6 33 64 01 c0 00 02 64" + "03 04 00 00 00 00 05 78" +
	"46 00 05 dc 43 21 40 00 3f 06 00 00 c0 00 02 64 cb 00 71 09 01 01 01 00" + "00 50 c0 00 01 02 03 04" + "00 00"

func TestICMPErrorOf(t *testing.T) {
	frame := unhex(t, tooBig)
	e, ok := ICMPErrorOf(frame)
	if !ok || e.IP != IPv4Of(frame) || e.ICMP.Type() != ICMPUnreachable || e.ICMP.Code() != ICMPFragmentationNeeded || e.ICMP.MTU() != 1400 ||
		e.Original.Source() != vip.As4() || e.Original.Destination() != [4]byte{203, 0, 113, 9} || *e.Ports != [4]byte{0, 80, 0xc0, 0} {
		t.Errorf("got %+v, %v", e, ok)
	}
	const icmp = EthernetSize + IPv4Size
	for kind, want := range map[byte]bool{0: false, 3: true, 4: false, 5: false, 8: false, 11: true, 12: true} {
		if e, ok := ICMPErrorOf(with(frame, icmp, kind)); ok != want || ok && e.ICMP.Type() != ICMPType(kind) {
			t.Errorf("type %d: got %+v, %v, want %v", kind, e, ok, want)
		}
	}
	// The shortest that still has the ports.
	if e, ok := ICMPErrorOf(with(frame, 17, 56)); !ok || *e.Ports != [4]byte{0, 80, 0xc0, 0} {
		t.Errorf("only the ports: got %+v, %v", e, ok)
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "TCP": unhex(t, tcpFrame), "first fragment": with(frame, 20, 0x20), "later fragment": with(frame, 21, 1),
		"cut": frame[:len(frame)-3], "ends in the ports": with(frame, 17, 55), "ends in the header": with(frame, 17, 47), "only ICMP": with(frame, 17, 28),
		"about IPv6": with(frame, icmp+8, 0x66), "about a header of 16": with(frame, icmp+8, 0x44), "about options beyond the end": with(frame, icmp+8, 0x4f),
		"about UDP": with(frame, icmp+8+9, 17), "about a later fragment": with(frame, icmp+8+7, 1),
	} {
		if e, ok := ICMPErrorOf(frame); ok || e != (ICMPError{}) {
			t.Errorf("%s: has a view", name)
		}
	}
	if n := testing.AllocsPerRun(100, func() { _, _ = ICMPErrorOf(frame) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// TestAppendPortUnreachable lets gopacket, an independent implementation, read
// the frame and its checksums.
func TestAppendPortUnreachable(t *testing.T) {
	const most = EthernetSize + 576
	long := slices.Concat(unhex(t, tcpFrame), make([]byte, 1000))
	binary.BigEndian.PutUint16(long[16:], 1048)
	for _, tc := range []struct {
		name   string
		about  []byte
		packet []byte
		size   int
	}{
		{"padded", unhex(t, tcpFrame), unhex(t, tcpPacket+tcpSegment), EthernetSize + 28 + 48},
		{"options", unhex(t, tcpOptions), unhex(t, tcpOptions)[EthernetSize : EthernetSize+52], EthernetSize + 28 + 52},
		{"long", long, long[EthernetSize : EthernetSize+548], most},
	} {
		got := AppendPortUnreachable([]byte{1, 2}, tc.about)
		if !bytes.Equal(got[:2], []byte{1, 2}) || len(got) != 2+tc.size {
			t.Fatalf("%s: got %d bytes, want %d", tc.name, len(got)-2, tc.size)
		}
		packet := gopacket.NewPacket(got[2:], layers.LayerTypeEthernet, gopacket.Default)
		if failure := packet.ErrorLayer(); failure != nil {
			t.Fatal(failure.Error())
		}
		ip := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		icmp := packet.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
		if ip.SrcIP.String() != vip.String() || ip.DstIP.String() != memberIP.String() || ip.TTL != 64 || ip.TOS != 0xc0 ||
			icmp.TypeCode != layers.CreateICMPv4TypeCode(layers.ICMPv4TypeDestinationUnreachable, layers.ICMPv4CodePort) || !bytes.Equal(icmp.Payload, tc.packet) {
			t.Errorf("%s: gopacket reads %v", tc.name, packet)
		}
		if eth, to := EthernetOf(got[2:]), EthernetOf(tc.about); eth.Destination() != to.Source() || eth.Source() != to.Destination() {
			t.Errorf("%s: got %s <- %s", tc.name, eth.Destination(), eth.Source())
		}
		body := got[2+EthernetSize:]
		if checksum(0).add(body[:IPv4Size]).sum() != 0 || checksum(0).add(body[IPv4Size:]).sum() != 0 {
			t.Errorf("%s: wrong checksums: % x", tc.name, body)
		}
		e, ok := ICMPErrorOf(got[2:])
		if _, tcp, _ := TCPOf(tc.about); !ok || *e.Ports != *tcp.Ports() || e.Original.Source() != memberIP.As4() || e.ICMP.MTU() != 0 {
			t.Errorf("%s: our view: got %+v, %v", tc.name, e, ok)
		}
	}
}

// readRarely reads what few frames have, and checks it against what all have.
func readRarely(t *testing.T, frame []byte) {
	ip, tcp, _ := TCPOf(frame)
	if _, flow := TCPFlowOf(frame); tcp != nil && flow != tcp {
		t.Error("a segment without the view of its connection")
	}
	if h := FragmentOf(frame); h != nil && (tcp != nil || h.IsLaterFragment() != (h.FragmentOffset() > 0) || !h.IsLaterFragment() && !h.MoreFragments()) {
		t.Errorf("fragment % x", *h)
	}
	if ip != nil {
		if e, ok := ICMPErrorOf(AppendPortUnreachable(nil, frame)); !ok || *e.Ports != *tcp.Ports() || e.Original.Source() != ip.Source() {
			t.Errorf("the error about % x: got %+v, %v", frame, e, ok)
		}
		AppendReset(nil, frame)
	}
	if e, ok := ICMPErrorOf(frame); ok && (e.Original.Protocol() != ProtocolTCP || FragmentOf(frame) != nil) {
		t.Errorf("ICMP %+v", e)
	}
}
