package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var (
	memberMAC = MAC{0x02, 0, 0, 0, 0, 0x0a}
	memberIP  = netip.MustParseAddr("192.0.2.11")
	vip       = netip.MustParseAddr("192.0.2.100")
)

func helloFrame(t testing.TB) []byte {
	t.Helper()
	frame, err := AppendFrame(nil, memberMAC, memberIP, activeHello())
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func advertiseFrame(t testing.TB) []byte {
	t.Helper()
	a := Advertise{Type: 1, State: AdvertisePassive, PassiveGroups: 2}
	frame, err := AppendAdvertiseFrame(nil, memberMAC, memberIP, a)
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

// TestAdvertiseFrame: an Advertise survives marshalling and parsing; it does
// not parse as a Message, nor a Message as an Advertise.
func TestAdvertiseFrame(t *testing.T) {
	frame := advertiseFrame(t)
	source, from, a, err := ParseAdvertiseFrame(frame)
	if err != nil || source != memberMAC || from != memberIP || a != (Advertise{Type: 1, State: AdvertisePassive, PassiveGroups: 2}) {
		t.Errorf("got %v %v %+v, %v", source, from, a, err)
	}
	for _, tc := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"a hello", helloFrame(t), ErrOpcode},
		{"cut", frame[:len(frame)-1], ErrShort},
		{"flipped", with(frame, len(frame)-1, 1), ErrChecksum},
		{"TCP", with(frame, EthernetSize+9, 6), ErrNotHSRP},
	} {
		if _, from, a, err := ParseAdvertiseFrame(tc.frame); !errors.Is(err, tc.want) || from.IsValid() || a != (Advertise{}) {
			t.Errorf("%s: got %+v, %v, want %v", tc.name, a, err, tc.want)
		}
	}
	if _, _, _, err := ParseFrame(frame); !errors.Is(err, ErrOpcode) {
		t.Errorf("as a message: got %v, want %v", err, ErrOpcode)
	}
	if _, err := AppendAdvertiseFrame(nil, memberMAC, netip.MustParseAddr("2001:db8::1"), a); !errors.Is(err, ErrAddress) {
		t.Errorf("from IPv6: got %v, want %v", err, ErrAddress)
	}
}

// reseal recomputes both checksums of a frame, so that a test can change a
// field without invalidating the checksums.
func reseal(frame []byte) []byte {
	ip := frame[EthernetSize:]
	size := 4 * int(ip[0]&0xf)
	binary.BigEndian.PutUint16(ip[10:], 0)
	binary.BigEndian.PutUint16(ip[10:], checksum(0).add(ip[:size]).sum())
	datagram := ip[size:]
	binary.BigEndian.PutUint16(datagram[6:], 0)
	binary.BigEndian.PutUint16(datagram[6:], udpChecksum(ip[12:20], datagram))
	return frame
}

// TestParseFrameRefuses changes one thing at a time in a good frame.
func TestParseFrameRefuses(t *testing.T) {
	good := helloFrame(t)
	const ip, udp = EthernetSize, EthernetSize + IPv4Size
	for _, tc := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"nothing", nil, ErrNotHSRP},
		{"cut inside UDP", good[:udp+7], ErrNotHSRP},
		{"IPv6", with(good, 12, 0x86), ErrNotHSRP},
		{"TCP", with(good, ip+9, 6), ErrNotHSRP},
		{"224.0.0.1", reseal(with(good, ip+19, 1)), ErrNotHSRP},
		{"broadcast", reseal(with(good, ip+16, 255)), ErrNotHSRP},
		{"unicast to port 1984", reseal(with(with(good, ip+16, 192), udp+3, 0xc0)), ErrNotHSRP},
		{"port 1984", reseal(with(good, udp+3, 0xc0)), ErrNotHSRP},
		{"IP version 6", reseal(with(good, ip, 0x65)), ErrNotHSRP},
		{"later fragment", reseal(with(good, ip+7, 1)), ErrNotHSRP},
		{"first fragment", reseal(with(good, ip+6, 0x20)), ErrNotHSRP},
		{"cut inside the message", good[:len(good)-1], ErrShort},
		{"IP length under its headers", reseal(with(good, ip+3, 27)), ErrShort},
		{"UDP length over IP's", reseal(with(good, udp+5, 29)), ErrShort},
		{"UDP length under its header", reseal(with(good, udp+5, 7)), ErrShort},
		{"UDP length under the message", unsummed(with(good, udp+5, 27)), ErrShort},
		{"IP header flipped", with(good, ip+8, 2), ErrChecksum},
		{"priority flipped", with(good, udp+UDPSize+5, 101), ErrChecksum},
		{"version 2", reseal(with(good, udp+UDPSize, 2)), ErrVersion},
		{"advertise", reseal(with(good, udp+UDPSize+1, 3)), ErrOpcode},
		{"state 5", reseal(with(good, udp+UDPSize+2, 5)), ErrState},
	} {
		source, from, m, err := ParseFrame(tc.frame)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
		if source != (MAC{}) || from.IsValid() || m != (Message{}) {
			t.Errorf("%s: a rejected frame must yield zero values: got %v %v %v", tc.name, source, from, m)
		}
		if got, want := IsHSRP(tc.frame), !errors.Is(tc.want, ErrNotHSRP); want && !got {
			t.Errorf("%s: IsHSRP rejects a frame that is only damaged", tc.name)
		}
	}
}

// unsummed removes the UDP checksum, which RFC 768 allows.
func unsummed(frame []byte) []byte {
	binary.BigEndian.PutUint16(frame[EthernetSize+IPv4Size+6:], 0)
	return frame
}

// TestParseFrameAccepts: variants that a correct sender may use although ours
// does not.
func TestParseFrameAccepts(t *testing.T) {
	good := helloFrame(t)
	options := bytes.Clone(good[:EthernetSize+IPv4Size])
	options[EthernetSize], options[EthernetSize+3] = 0x46, 52
	options = append(append(options, 1, 1, 1, 0), good[EthernetSize+IPv4Size:]...)
	for name, frame := range map[string][]byte{
		"as we send it":   good,
		"padded":          append(bytes.Clone(good), make([]byte, 9)...),
		"no UDP checksum": unsummed(bytes.Clone(good)),
		"TTL 255":         reseal(with(good, EthernetSize+8, 255)),
		"IP options":      reseal(options),
		"do not fragment": reseal(with(good, EthernetSize+6, 0x40)),
		"source port 7":   reseal(with(good, EthernetSize+IPv4Size+1, 7)),
	} {
		source, from, m, err := ParseFrame(frame)
		if err != nil || source != memberMAC || from != memberIP || m != activeHello() {
			t.Errorf("%s: got %v %v %v, %v", name, source, from, m, err)
		}
	}
}

// TestAppendFrame lets gopacket, an independent implementation, read the frame
// and its checksums.
func TestAppendFrame(t *testing.T) {
	frame := helloFrame(t)
	if len(frame) != FrameSize {
		t.Errorf("got %d bytes, want %d", len(frame), FrameSize)
	}
	packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	if failure := packet.ErrorLayer(); failure != nil {
		t.Fatal(failure.Error())
	}
	eth := packet.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
	ip := packet.Layer(layers.LayerTypeIPv4).(*layers.IPv4)
	udp := packet.Layer(layers.LayerTypeUDP).(*layers.UDP)
	if MAC(eth.DstMAC) != AllRouters || MAC(eth.SrcMAC) != memberMAC {
		t.Errorf("Ethernet: got %s <- %s", eth.DstMAC, eth.SrcMAC)
	}
	if ip.TTL != 1 || ip.DstIP.String() != "224.0.0.2" || ip.SrcIP.String() != memberIP.String() {
		t.Errorf("IP: got %s -> %s, TTL %d", ip.SrcIP, ip.DstIP, ip.TTL)
	}
	if udp.SrcPort != Port || udp.DstPort != Port {
		t.Errorf("UDP: got %d -> %d", udp.SrcPort, udp.DstPort)
	}
	if err := udp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	again := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{ComputeChecksums: true}
	if err := gopacket.SerializeLayers(again, options, eth, ip, udp, gopacket.Payload(udp.Payload)); err != nil {
		t.Fatal(err)
	}
	if got := again.Bytes()[:len(frame)]; !bytes.Equal(got, frame) {
		t.Errorf("gopacket would send\n% x, we sent\n% x", got, frame)
	}
}

// TestAppendFrameRefuses: a refused frame leaves the buffer as it was.
func TestAppendFrameRefuses(t *testing.T) {
	bad := activeHello()
	bad.State = 3
	for _, tc := range []struct {
		from netip.Addr
		m    Message
		want error
	}{
		{netip.Addr{}, activeHello(), ErrAddress},
		{netip.MustParseAddr("2001:db8::1"), activeHello(), ErrAddress},
		{memberIP, bad, ErrState},
	} {
		got, err := AppendFrame([]byte("kept"), memberMAC, tc.from, tc.m)
		if !errors.Is(err, tc.want) || string(got) != "kept" {
			t.Errorf("got %q, %v, want %v", got, err, tc.want)
		}
	}
}

// TestFramesCostNothing: a receiver calls IsHSRP for every frame and parses
// every hello, so neither may allocate.
func TestFramesCostNothing(t *testing.T) {
	frame, other := helloFrame(t), make([]byte, 1500)
	buffer := make([]byte, 0, FrameSize)
	for name, f := range map[string]func(){
		"IsHSRP":      func() { _ = IsHSRP(other) },
		"ParseFrame":  func() { _, _, _, _ = ParseFrame(frame) },
		"AppendFrame": func() { _, _ = AppendFrame(buffer, memberMAC, memberIP, activeHello()) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: got %v allocations, want none", name, n)
		}
	}
}

// TestUnicastFrame: what is sent to one machine is read as what is sent to all.
func TestUnicastFrame(t *testing.T) {
	m := Message{State: StateActive, Hello: 3 * time.Second, Hold: 10 * time.Second, Priority: 100, Group: 1, VirtualIP: netip.MustParseAddr("10.0.0.100")}
	frame, err := AppendFrame(nil, MAC{2}, netip.MustParseAddr("192.0.2.11"), m)
	if err != nil {
		t.Fatal(err)
	}
	to := netip.MustParseAddr("192.0.2.12").As4()
	copy(frame[EthernetSize+16:], to[:])
	frame = reseal(frame)
	if _, from, got, err := ParseFrame(frame); err != nil || got != m || from.String() != "192.0.2.11" {
		t.Errorf("got %v from %v (%v), want %v", got, from, err, m)
	}
}
