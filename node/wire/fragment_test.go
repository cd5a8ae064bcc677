package wire

import (
	"bytes"
	"testing"
)

// Two fragments of one segment of 24 bytes of header and 4 of data: the first
// has 24 bytes, the second the rest.
const (
	firstFragment = ethHead + "45 00 00 2c 12 34 20 00 3d 06 00 00 c0 00 02 0b c0 00 02 64" +
		"c0 00 00 50 01 02 03 04 05 06 07 08 60 12 20 00 00 00 00 00 01 01 01 00" + "00 00"
	laterFragment = ethHead + "45 00 00 18 12 34 00 03 3d 06 00 00 c0 00 02 0b c0 00 02 64" + "de ad be ef" + "00 00"
)

func TestFragmentOf(t *testing.T) {
	first, later := FragmentOf(unhex(t, firstFragment)), FragmentOf(unhex(t, laterFragment))
	if first.Identification() != 0x1234 || !first.MoreFragments() || first.FragmentOffset() != 0 || first.IsLaterFragment() || first.DontFragment() {
		t.Errorf("first: got % x", *first)
	}
	if later.MoreFragments() || later.FragmentOffset() != 24 || !later.IsLaterFragment() {
		t.Errorf("later: got % x", *later)
	}
	want := PacketKey{Source: [4]byte{192, 0, 2, 11}, Destination: [4]byte{192, 0, 2, 100}, Identification: 0x1234, Protocol: ProtocolTCP}
	if first.Packet() != want || later.Packet() != want {
		t.Errorf("got %+v and %+v, want %+v", first.Packet(), later.Packet(), want)
	}
	middle := FragmentOf(with(with(unhex(t, laterFragment), 20, 0x3f), 21, 0xff))
	if !middle.MoreFragments() || middle.FragmentOffset() != 65528 || !middle.IsLaterFragment() {
		t.Errorf("the last possible: got % x", *middle)
	}
	for name, change := range map[string]struct {
		at int
		b  byte
	}{"identification": {19, 0x35}, "source": {29, 0x0c}, "destination": {33, 0x65}, "protocol": {23, 17}} {
		if got := FragmentOf(with(unhex(t, laterFragment), change.at, change.b)).Packet(); got == want {
			t.Errorf("another %s: the same packet", name)
		}
	}
	whole := unhex(t, tcpFrame)
	if !IPv4Of(whole).DontFragment() || IPv4Of(whole).FragmentOffset() != 0 {
		t.Errorf("whole: got % x", *IPv4Of(whole))
	}
	for name, frame := range map[string][]byte{"nothing": nil, "whole": whole, "ARP": unhex(t, arpFrame), "cut": unhex(t, laterFragment)[:33]} {
		if FragmentOf(frame) != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

func TestTCPFlowOf(t *testing.T) {
	for _, text := range []string{tcpFrame, tcpOptions, firstFragment} {
		frame := unhex(t, text)
		ip, h := TCPFlowOf(frame)
		if ip != IPv4Of(frame) || !bytes.Equal(h[:], unhex(t, tcpSegment)[:TCPSize]) || h.Flags() != TCPSyn|TCPAck || *h.Ports() != [4]byte{0xc0, 0, 0, 80} {
			t.Errorf("got % x", *h)
		}
	}
	frame := unhex(t, tcpFrame)
	if _, h := TCPFlowOf(frame[:EthernetSize+IPv4Size+TCPSize]); h == nil {
		t.Error("a frame that ends after the header has no view")
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "UDP": unhex(t, udpFrame), "later fragment": unhex(t, laterFragment), "cut": frame[:EthernetSize+IPv4Size+TCPSize-1],
		"tiny first fragment": with(unhex(t, firstFragment), 17, 39), "packet shorter than its header": with(frame, 17, 19), "options beyond the end": with(frame, 14, 0x4e),
	} {
		if ip, h := TCPFlowOf(frame); ip != nil || h != nil {
			t.Errorf("%s: has a view", name)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		_, h := TCPFlowOf(frame)
		seen += uint64(h.Flags())
	}); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func TestPlainOf(t *testing.T) {
	frame := unhex(t, tcpFrame)
	want := Plain{Source: 0xc000020b, Destination: 0xc0000264, Ports: 0xc0000050, Flags: TCPSyn | TCPAck}
	for name, frame := range map[string][]byte{
		"whole": frame, "without payload": with(frame, 17, 40)[:EthernetSize+IPv4Size+TCPSize], "padded": append(bytes.Clone(frame), 0, 0),
		"must not be split": with(frame, 20, 0x40), "other time to live": with(frame, 22, 1), "other type of service": with(frame, 15, 0xff),
	} {
		if got, ok := PlainOf(frame); !ok || got != want {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, ok, want)
		}
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "UDP": unhex(t, udpFrame), "ARP": with(frame, 13, 6), "IPv6": with(frame, 14, 0x65), "options": unhex(t, tcpOptions),
		"first fragment": unhex(t, firstFragment), "later fragment": unhex(t, laterFragment), "more fragments": with(frame, 20, 0x20),
		"offset": with(frame, 21, 1), "cut": frame[:EthernetSize+IPv4Size+TCPSize-1], "packet shorter than its headers": with(frame, 17, 39),
	} {
		if got, ok := PlainOf(frame); ok || got != (Plain{}) {
			t.Errorf("%s: got %+v, want nothing", name, got)
		}
	}
}
