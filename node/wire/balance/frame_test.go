package balance

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
)

var (
	source = wire.MAC{2, 0, 0, 0, 0, 0x0a}
	peer   = Receiver{wire.MAC{2, 0, 0, 0, 0, 0x0b}, netip.MustParseAddr("192.0.2.12")}
)

func frameOf(t testing.TB, to Receiver, m Message) []byte {
	t.Helper()
	frame, err := AppendFrame(nil, source, to, m, token)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// TestAppendFrame lets gopacket, an independent implementation, read the
// headers and make the checksums.
func TestAppendFrame(t *testing.T) {
	for _, to := range []Receiver{All, peer} {
		s := samples()[0]
		frame := frameOf(t, to, s.message)
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
		ethernet := packet.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
		ip := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
		udp := packet.Layer(layers.LayerTypeUDP).(*layers.UDP)
		if wire.MAC(ethernet.DstMAC) != to.MAC || wire.MAC(ethernet.SrcMAC) != source || ip.SrcIP.String() != "192.0.2.11" ||
			ip.DstIP.String() != to.IP.String() || ip.TTL != 1 || udp.SrcPort != 8849 || udp.DstPort != 8849 || !bytes.Equal(udp.Payload, s.bytes(t)) {
			t.Errorf("to %s: gopacket reads %v", to.IP, packet)
		}
		if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
			t.Fatal(err)
		}
		again := gopacket.NewSerializeBuffer()
		options := gopacket.SerializeOptions{ComputeChecksums: true, FixLengths: true}
		if err := gopacket.SerializeLayers(again, options, ethernet, ip, udp, gopacket.Payload(udp.Payload)); err != nil {
			t.Fatal(err)
		}
		if got := again.Bytes()[:len(frame)]; !bytes.Equal(got, frame) {
			t.Errorf("to %s: gopacket would send\n% x, we sent\n% x", to.IP, got, frame)
		}
		if got := PayloadOf(append(slices.Clone(frame), 0, 0)); !Matches(frame) || !bytes.Equal(got, s.bytes(t)) {
			t.Errorf("to %s: got % x", to.IP, got)
		}
	}
	if want := (Receiver{wire.MAC{1, 0, 0x5e, 0, 0, 0x52}, netip.MustParseAddr("224.0.0.82")}); All != want {
		t.Errorf("all members: got %v, want %v", All, want)
	}
}

// TestAppendFrameRefuses: a refused frame leaves the buffer as it was.
func TestAppendFrameRefuses(t *testing.T) {
	bad := samples()[0].message.(*Report)
	bad.Busy = 101
	lost := samples()[1].message.(*Request)
	lost.Sender = netip.Addr{}
	for _, tc := range []struct {
		name string
		to   Receiver
		m    Message
		want error
	}{
		{"a bad message", All, bad, ErrMalformed},
		{"no sender", All, lost, ErrAddress},
		{"to nobody", Receiver{}, samples()[0].message, ErrAddress},
		{"to IPv6", Receiver{peer.MAC, netip.MustParseAddr("2001:db8::1")}, samples()[0].message, ErrAddress},
	} {
		if got, err := AppendFrame([]byte("kept"), source, tc.to, tc.m, token); !errors.Is(err, tc.want) || string(got) != "kept" {
			t.Errorf("%s: got %q, %v, want %v", tc.name, got, err, tc.want)
		}
	}
}

// TestMatchesOnlyOurs changes one thing at a time in a good frame.
func TestMatchesOnlyOurs(t *testing.T) {
	good := frameOf(t, All, samples()[0].message)
	change := func(at int, b byte) []byte {
		frame := slices.Clone(good)
		frame[at] = b
		return frame
	}
	const ip, udp = wire.EthernetSize, wire.EthernetSize + wire.IPv4Size
	for _, tc := range []struct {
		name    string
		frame   []byte
		matches bool
	}{
		{"nothing", nil, false},
		{"ARP", change(13, 6), false},
		{"TCP", change(ip+9, 6), false},
		{"HSRP", change(udp+3, 0xc1), false},
		{"later fragment", change(ip+7, 1), false},
		{"cut", good[:len(good)-1], true},
		{"first fragment", change(ip+6, 0x20), true},
		{"TTL changed", change(ip+8, 2), true},
		{"last byte changed", change(len(good)-1, good[len(good)-1]^1), true},
	} {
		if got, payload := Matches(tc.frame), PayloadOf(tc.frame); got != tc.matches || payload != nil {
			t.Errorf("%s: got %v and %d bytes, want %v and none", tc.name, got, len(payload), tc.matches)
		}
	}
}

// TestFramesCostNothing: Matches sees every frame of an interface.
func TestFramesCostNothing(t *testing.T) {
	frame, other := frameOf(t, All, samples()[0].message), make([]byte, 1500)
	for name, f := range map[string]func(){
		"Matches":   func() { _ = Matches(other) },
		"PayloadOf": func() { _ = PayloadOf(frame) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%v: got %v allocations, want none", name, n)
		}
	}
}

// TestKindOf: the kind of a message is found without its token, and no shorter
// or other frame has one.
func TestKindOf(t *testing.T) {
	for _, s := range samples() {
		frame := frameOf(t, All, s.message)
		if got, want := KindOf(frame), s.message.Head().Kind; got != want {
			t.Errorf("%v: got kind %v, want %v", s.message.Head().Kind, got, want)
		}
		for n := range frame[:14+20+8+headerSize] {
			if got := KindOf(frame[:n]); got != 0 {
				t.Errorf("%v: the first %d bytes: got kind %v, want none", s.message.Head().Kind, n, got)
			}
		}
		frame[14+20+8]++ // of the magic
		if got := KindOf(frame); got != 0 {
			t.Errorf("%v of another program: got kind %v, want none", s.message.Head().Kind, got)
		}
	}
}
