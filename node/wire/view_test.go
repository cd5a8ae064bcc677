package wire

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

// Frames for the views, as literal bytes, so that the tests do not share the
// code's offsets. Each field has a different value. The packets of 192.0.2.11
// go to 192.0.2.100 with 61 hops left, are padded by two bytes, and have four
// bytes of options where the name says so.
const (
	ethHead    = "02 00 00 00 00 0b 02 00 00 00 00 0a 08 00"
	arpFrame   = "ff ff ff ff ff ff 02 00 00 00 00 0a 08 06 00 01 08 00 06 04 00 02 02 01 02 03 04 05 c0 00 02 0b 02 11 12 13 14 15 c0 00 02 64"
	tcpPacket  = "45 00 00 30 12 34 40 00 3d 06 00 00 c0 00 02 0b c0 00 02 64"
	tcpSegment = "c0 00 00 50 01 02 03 04 05 06 07 08 60 12 20 00 00 00 00 00 01 01 01 00 de ad be ef"
	tcpFrame   = ethHead + tcpPacket + tcpSegment + "00 00"
	tcpOptions = ethHead + "46 00 00 34 12 34 40 00 3d 06 00 00 c0 00 02 0b c0 00 02 64 01 01 01 00" + tcpSegment + "00 00"
	udpFrame   = ethHead + "45 00 00 20 12 34 00 00 3d 11 00 00 c0 00 02 0b c0 00 02 64 07 c1 07 c2 00 0c 2b 67 de ad be ef 00 00"
	igmpV2     = "01 00 5e 01 02 03 02 00 00 00 00 0a 08 00 45 00 00 1c 12 34 00 00 01 02 00 00 c0 00 02 0b ef 81 02 03 16 64 00 00 ef 81 02 03"
	igmpV3     = "01 00 5e 00 00 16 02 00 00 00 00 0a 08 00 45 00 00 34 12 34 00 00 01 02 00 00 c0 00 02 0b e0 00 00 16" +
		"22 00 00 00 00 00 00 02 04 01 00 01 ef 01 01 01 c0 00 02 01 00 00 00 00 03 00 00 00 ef 01 01 02"
)

func TestEthernetView(t *testing.T) {
	frame := unhex(t, ethHead)
	h := EthernetOf(frame)
	to, from := MAC{2, 0, 0, 0, 0, 0x0b}, MAC{2, 0, 0, 0, 0, 0x0a}
	if h.Destination() != to || h.Source() != from || h.Type() != EtherTypeIPv4 {
		t.Errorf("got %s <- %s, %#04x", h.Destination(), h.Source(), h.Type())
	}
	if h.DestinationNumber() != to.Number() || h.SourceNumber() != from.Number() || h.SourceNumber() != 0x02000000000a {
		t.Errorf("numbers: got %x <- %x", h.DestinationNumber(), h.SourceNumber())
	}
	if NumberedMAC(from.Number()) != from || NumberedMAC(Broadcast.Number()) != Broadcast {
		t.Error("a number must convert back to its address")
	}
	if got := MulticastMAC([4]byte{239, 129, 2, 3}); got != (MAC{1, 0, 0x5e, 1, 2, 3}) {
		t.Errorf("group 239.129.2.3: got %s", got)
	}
	h.SetSource(VirtualMAC(7))
	if want := unhex(t, "02 00 00 00 00 0b 00 00 0c 07 ac 07 08 00"); !bytes.Equal(frame, want) {
		t.Errorf("source: got % x, want % x", frame, want)
	}
	h.Set(Broadcast, from, EtherTypeARP)
	if want := unhex(t, "ff ff ff ff ff ff 02 00 00 00 00 0a 08 06"); !bytes.Equal(frame, want) {
		t.Errorf("set: got % x, want % x", frame, want)
	}
	if EthernetOf(frame[:13]) != nil || EthernetOf(nil) != nil {
		t.Error("a frame without a header has a view")
	}
}

func TestARPView(t *testing.T) {
	frame := unhex(t, arpFrame)
	h := ARPOf(frame)
	if h.Op() != ARPReplyOp || h.SenderMAC() != (MAC{2, 1, 2, 3, 4, 5}) || h.SenderIP() != [4]byte{192, 0, 2, 11} ||
		h.TargetMAC() != (MAC{2, 0x11, 0x12, 0x13, 0x14, 0x15}) || h.TargetIP() != [4]byte{192, 0, 2, 100} || h.IsGratuitous() {
		t.Errorf("got %s %s %v to %s %v", h.Op(), h.SenderMAC(), h.SenderIP(), h.TargetMAC(), h.TargetIP())
	}
	h.SetSenderMAC(VirtualMAC(7))
	if want := slices.Concat(unhex(t, arpFrame)[:22], unhex(t, "00 00 0c 07 ac 07"), unhex(t, arpFrame)[28:]); !bytes.Equal(frame, want) {
		t.Errorf("sender: got % x, want % x", frame, want)
	}
	for name, frame := range map[string][]byte{
		"IPv4": unhex(t, tcpFrame), "short": frame[:ARPSize-1], "hardware length": with(frame, 18, 8), "protocol": with(frame, 16, 0x86),
	} {
		if ARPOf(frame) != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

// TestGratuitous: the view and the value agree on what is gratuitous.
func TestGratuitous(t *testing.T) {
	for _, tc := range []struct {
		sender, target string
		want           bool
	}{
		{"c0 00 02 64", "c0 00 02 64", true},
		{"c0 00 02 0b", "c0 00 02 64", false},
		{"00 00 00 00", "00 00 00 00", false}, // a probe for no address
		{"00 00 00 00", "c0 00 02 64", false}, // a probe
	} {
		frame := unhex(t, arpFrame)
		copy(frame[28:], unhex(t, tc.sender))
		copy(frame[38:], unhex(t, tc.target))
		a, err := ParseARP(frame)
		if err != nil || a.IsGratuitous() != tc.want || ARPOf(frame).IsGratuitous() != tc.want {
			t.Errorf("%s for %s: got %v and %v, %v, want %v", tc.sender, tc.target, a.IsGratuitous(), ARPOf(frame).IsGratuitous(), err, tc.want)
		}
	}
}

func TestIPv4View(t *testing.T) {
	frame := unhex(t, tcpFrame)
	h := IPv4Of(frame)
	if h.Size() != 20 || h.Length() != 48 || *h.Identity() != [4]byte{0x12, 0x34, 0x40, 0} || h.TTL() != 61 || h.Protocol() != ProtocolTCP ||
		h.Source() != [4]byte{192, 0, 2, 11} || h.Destination() != [4]byte{192, 0, 2, 100} || h.From() != memberIP || h.To() != vip ||
		*h.Addresses() != [8]byte{192, 0, 2, 11, 192, 0, 2, 100} || h.IsFragment() || h.IsLaterFragment() {
		t.Errorf("got % x", *h)
	}
	if payload, whole := h.Payload(frame); !whole || !bytes.Equal(payload, unhex(t, tcpSegment)) {
		t.Errorf("payload: got % x, %v", payload, whole)
	}
	if payload, whole := h.Payload(frame[:60]); whole || len(payload) != 26 {
		t.Errorf("cut: got % x, %v, want the bytes that are there", payload, whole)
	}
	options := unhex(t, tcpOptions)
	if payload, whole := IPv4Of(options).Payload(options); !whole || !bytes.Equal(payload, unhex(t, tcpSegment)) {
		t.Errorf("payload after options: got % x, %v", payload, whole)
	}
	short := with(frame, 17, 19)
	if payload, whole := IPv4Of(short).Payload(short); whole || payload != nil {
		t.Errorf("a packet shorter than its header: got % x, %v", payload, whole)
	}
	for name, flags := range map[string][3]bool{"2000": {true, false}, "0001": {true, true}, "2001": {true, true}, "4000": {false, false}} {
		f := slices.Concat(frame[:20], unhex(t, name), frame[22:])
		if h := IPv4Of(f); h.IsFragment() != flags[0] || h.IsLaterFragment() != flags[1] {
			t.Errorf("flags %s: got fragment %v, later %v", name, h.IsFragment(), h.IsLaterFragment())
		}
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "ARP": with(frame, 13, 6), "cut": frame[:33], "version 6": with(frame, 14, 0x65),
		"header of 16": with(frame, 14, 0x44), "options beyond the end": with(frame, 14, 0x4f)[:64],
	} {
		if IPv4Of(frame) != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

func TestTCPView(t *testing.T) {
	for _, text := range []string{tcpFrame, tcpOptions} {
		frame := unhex(t, text)
		ip, h, data := TCPOf(frame)
		if ip != IPv4Of(frame) || h.SourcePort() != 49152 || h.DestinationPort() != 80 || *h.Ports() != [4]byte{0xc0, 0, 0, 80} ||
			h.Sequence() != 0x01020304 || h.Acknowledgement() != 0x05060708 || h.Size() != 24 || h.Flags() != TCPSyn|TCPAck ||
			!bytes.Equal(data, unhex(t, "de ad be ef")) {
			t.Errorf("got % x, data % x", *h, data)
		}
	}
	frame := unhex(t, tcpFrame)
	for size := range len(frame) - 2 {
		if _, h, _ := TCPOf(frame[:size]); h != nil {
			t.Errorf("a segment cut to %d of %d bytes has a view", size, len(frame))
		}
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "UDP": unhex(t, udpFrame), "cut": frame[:61], "first fragment": with(frame, 20, 0x20), "later fragment": with(frame, 21, 1),
		"packet too short": with(frame, 17, 39), "header of 16": with(frame, 46, 0x40), "options beyond the end": with(frame, 46, 0x80),
	} {
		if ip, h, data := TCPOf(frame); ip != nil || h != nil || data != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

func TestUDPView(t *testing.T) {
	frame := unhex(t, udpFrame)
	ip, h := UDPOf(frame)
	if ip != IPv4Of(frame) || h.SourcePort() != 1985 || h.DestinationPort() != 1986 || h.Length() != 12 || h.Checksum() != 0x2b67 {
		t.Errorf("got % x", *h)
	}
	for name, frame := range map[string][]byte{
		"nothing": nil, "TCP": unhex(t, tcpFrame), "cut": frame[:41], "later fragment": with(frame, 21, 1),
	} {
		if ip, h := UDPOf(frame); ip != nil || h != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

func TestHSRPView(t *testing.T) {
	frame := helloFrame(t)
	want := activeHello()
	h := HSRPOf(frame)
	if h.Version() != 0 || h.Opcode() != want.Opcode || h.State() != want.State || h.Hello() != want.Hello || h.Hold() != want.Hold ||
		h.Priority() != want.Priority || h.Group() != want.Group || h.Auth() != want.Auth || h.VirtualIP() != want.VirtualIP.As4() {
		t.Errorf("got % x, want %v", *h, want)
	}
	const udp = EthernetSize + IPv4Size
	for name, frame := range map[string][]byte{
		"another port": with(frame, udp+3, 0xc2), "another group": with(frame, udp-1, 1), "version 2": with(frame, udp+8, 2),
		"advertise": with(frame, udp+9, 3), "cut": frame[:len(frame)-1], "IP too short": with(frame, 17, 47),
	} {
		if HSRPOf(frame) != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

func TestIGMPView(t *testing.T) {
	h, rest := IGMPOf(unhex(t, igmpV2))
	if h.Type() != IGMPReportV2 || h.Group() != [4]byte{239, 129, 2, 3} || len(rest) != 0 {
		t.Errorf("version 2: got % x, % x", *h, rest)
	}
	h, rest = IGMPOf(unhex(t, igmpV3))
	first, rest := NextIGMPRecord(rest)
	second, rest := NextIGMPRecord(rest)
	if h.Type() != IGMPReportV3 || h.Records() != 2 || first.Mode() != IGMPToExclude || first.Sources() != 1 || first.Group() != [4]byte{239, 1, 1, 1} ||
		second.Mode() != IGMPToInclude || second.Sources() != 0 || second.Group() != [4]byte{239, 1, 1, 2} || len(rest) != 0 {
		t.Errorf("version 3: got % x, % x, % x, % x", *h, *first, *second, rest)
	}
	if r, _ := NextIGMPRecord(rest); r != nil {
		t.Error("there is a record after the last one")
	}
	if r, rest := NextIGMPRecord(unhex(t, "04 ff 00 09 ef 01 01 01 00")); r == nil || len(rest) != 0 {
		t.Errorf("a record longer than the message: got %v, % x", r, rest)
	}
	v3 := unhex(t, igmpV3)
	for name, frame := range map[string][]byte{"TCP": unhex(t, tcpFrame), "cut": v3[:41], "later fragment": with(v3, 21, 1)} {
		if h, _ := IGMPOf(frame); h != nil {
			t.Errorf("%s: has a view", name)
		}
	}
}

// seen keeps the compiler from optimizing a benchmark away.
var seen uint64

// readViews reads the fields of a frame that the fabric, a machine and the
// watcher read.
func readViews(frame []byte) uint64 {
	eth := EthernetOf(frame)
	sum := eth.DestinationNumber() + eth.SourceNumber()
	if IsARP(frame) || IsHSRP(frame) {
		return sum
	}
	ip, tcp, data := TCPOf(frame)
	if ip == nil {
		return sum
	}
	return sum + uint64(ip.Source()[3]) + uint64(tcp.Ports()[1]) + uint64(tcp.Sequence()+tcp.Acknowledgement()) + uint64(tcp.Flags()) + uint64(len(data))
}

// readOffsets reads the same fields by hand-written offsets.
func readOffsets(frame []byte) uint64 {
	sum := binary.BigEndian.Uint64(frame)>>16 + binary.BigEndian.Uint64(frame[4:])&broadcastNumber
	if frame[12] == 8 && frame[13] == 6 || hsrpByOffsets(frame) {
		return sum
	}
	addresses, tcp, data, ok := tcpByOffsets(frame)
	if !ok {
		return sum
	}
	return sum + uint64(addresses[3]) + uint64(tcp[1]) + uint64(binary.BigEndian.Uint32(tcp[4:])+binary.BigEndian.Uint32(tcp[8:])) + uint64(tcp[13]&0x3f) + uint64(data)
}

func hsrpByOffsets(frame []byte) bool {
	if len(frame) < 42 || frame[12] != 8 || frame[13] != 0 || frame[23] != 17 ||
		frame[30] != 224 || frame[31] != 0 || frame[32] != 0 || frame[33] != 2 {
		return false
	}
	port := 14 + 4*int(frame[14]&0x0f) + 2
	return len(frame) >= port+2 && frame[port] == 7 && frame[port+1] == 0xc1
}

func tcpByOffsets(frame []byte) (addresses, tcp []byte, data int, ok bool) {
	if len(frame) < 54 || frame[12] != 8 || frame[13] != 0 {
		return nil, nil, 0, false
	}
	ip := frame[14:]
	size, total := 4*int(ip[0]&0x0f), int(binary.BigEndian.Uint16(ip[2:]))
	if ip[9] != 6 || binary.BigEndian.Uint16(ip[6:])&0x3fff != 0 || size < 20 || total < size+20 || total > len(ip) {
		return nil, nil, 0, false
	}
	tcp = ip[size:total]
	data = len(tcp) - 4*int(tcp[12]>>4)
	return ip[12:20], tcp, data, data >= 0
}

// TestViewsCostNothing: every frame of a run is read by views, so they must not
// allocate.
func TestViewsCostNothing(t *testing.T) {
	for name, text := range map[string]string{"TCP": tcpFrame, "options": tcpOptions, "ARP": arpFrame, "UDP": udpFrame} {
		frame := unhex(t, text)
		if readViews(frame) != readOffsets(frame) {
			t.Errorf("%s: views and offsets differ", name)
		}
		if n := testing.AllocsPerRun(100, func() { seen += readViews(frame) }); n != 0 {
			t.Errorf("%s: got %v allocations, want none", name, n)
		}
	}
	igmp, arp := unhex(t, igmpV3), unhex(t, arpFrame)
	if n := testing.AllocsPerRun(100, func() {
		h, rest := IGMPOf(igmp)
		for r, rest := NextIGMPRecord(rest); r != nil; r, rest = NextIGMPRecord(rest) {
			seen += uint64(h.Type()) + uint64(r.Mode())
		}
		if ARPOf(arp).IsGratuitous() {
			seen++
		}
	}); n != 0 {
		t.Errorf("IGMP and ARP: got %v allocations, want none", n)
	}
}

// BenchmarkViews compares the views with hand-written offsets: they must not
// cost more.
func BenchmarkViews(b *testing.B) {
	for _, way := range []struct {
		name string
		read func([]byte) uint64
	}{{"views", readViews}, {"offsets", readOffsets}} {
		for name, text := range map[string]string{"tcp": tcpFrame, "arp": arpFrame} {
			frame := unhex(b, text)
			b.Run(name+"/"+way.name, func(b *testing.B) {
				for b.Loop() {
					seen += way.read(frame)
				}
			})
		}
	}
}

func FuzzViews(f *testing.F) {
	for _, text := range []string{arpFrame, tcpFrame, tcpOptions, udpFrame, igmpV2, igmpV3, firstFragment, laterFragment, tooBig} {
		f.Add(unhex(f, text))
	}
	f.Add(helloFrame(f))
	f.Fuzz(func(t *testing.T, frame []byte) {
		defer bounded(t, len(frame))()
		readViews(append(frame, make([]byte, EthernetSize)...))
		readRarely(t, frame)
		_, udp := UDPOf(frame)
		if HSRPOf(frame) != nil && (udp == nil || udp.DestinationPort() != Port || HSRPOf(frame).Hold() > 255*time.Second) {
			t.Error("HSRP that is not UDP to its port")
		}
		if h := ARPOf(frame); h != nil {
			if a, err := ParseARP(frame); err != nil || a.IsGratuitous() != h.IsGratuitous() || a.TargetIP.As4() != h.TargetIP() {
				t.Errorf("view % x, parsed %+v, %v", *h, a, err)
			}
		}
		h, rest := IGMPOf(frame)
		for r, rest := NextIGMPRecord(rest); r != nil; r, rest = NextIGMPRecord(rest) {
			if h == nil || len(rest) > len(frame) {
				t.Error("records without a message")
			}
		}
	})
}

func TestAppendReset(t *testing.T) {
	frame := unhex(t, tcpOptions)
	got := AppendReset([]byte{1, 2}, frame)
	if !bytes.Equal(got[:2], []byte{1, 2}) || len(got) != 2+ResetSize {
		t.Fatalf("got %d bytes, % x", len(got), got)
	}
	ip, h, data := TCPOf(got[2:])
	if h == nil || len(data) != 0 || h.Flags() != TCPRst || h.Sequence() != 0x05060708 || h.SourcePort() != 80 || h.DestinationPort() != 49152 ||
		ip.From() != IPv4Of(frame).To() || ip.To() != IPv4Of(frame).From() ||
		EthernetOf(got[2:]).Destination() != EthernetOf(frame).Source() || EthernetOf(got[2:]).Source() != EthernetOf(frame).Destination() {
		t.Errorf("got % x", got)
	}
	packet := got[2+EthernetSize:]
	sum := checksum(0).add(packet[12:20]) + checksum(ProtocolTCP) + TCPSize
	if header := checksum(0).add(packet[:IPv4Size]).sum(); header != 0 || sum.add(packet[IPv4Size:]).sum() != 0 {
		t.Errorf("wrong checksums: % x", packet)
	}
}
