package layer

import (
	"fmt"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/node/wire"
)

// capture returns the frames of a testdata file.
func capture(t testing.TB, name string) [][]byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcapgo.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var frames [][]byte
	for {
		data, _, err := r.ReadPacketData()
		if err != nil {
			return frames
		}
		frames = append(frames, data)
	}
}

// TestRealRouters reads every packet of a capture of three Cisco routers, once with our parser and once through
// gopacket, and wants them to agree with each other and with what Wireshark shows.
func TestRealRouters(t *testing.T) {
	count := map[string]int{}
	for i, frame := range capture(t, "../testdata/HSRP_failover.pcap") {
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
		layer, ok := packet.Layer(TypeHSRP).(*HSRP)
		if !ok || packet.ErrorLayer() != nil {
			t.Fatalf("frame %d: no HSRP layer: %v", i+1, packet)
		}
		if layer.Opcode == wire.OpAdvertise {
			count["Advertise "+layer.Advertise.State.String()]++
			if _, _, _, err := wire.ParseFrame(frame); err == nil {
				t.Errorf("frame %d: an Advertise is no Message", i+1)
			}
			continue
		}
		source, from, m, err := wire.ParseFrame(frame)
		if err != nil || m != layer.Message {
			t.Fatalf("frame %d: got %v, %v, gopacket sees %v", i+1, m, err, layer.Message)
		}
		checkRouter(t, i+1, source, from, m)
		count[fmt.Sprintf("%s %s %s", from, m.Opcode, m.State)]++
	}
	want := map[string]int{
		"192.168.0.10 Hello Active":  6,
		"192.168.0.30 Hello Standby": 6,
		"192.168.0.30 Hello Active":  12,
		"192.168.0.20 Hello Speak":   4,
		"192.168.0.20 Hello Standby": 6,
		"Advertise Passive":          4,
		"Advertise Active":           1,
	}
	for what, n := range want {
		if count[what] != n {
			t.Errorf("%s: got %d, want %d", what, count[what], n)
		}
		delete(count, what)
	}
	if len(count) != 0 {
		t.Errorf("unexpected: %v", count)
	}
}

// checkRouter checks what all messages of the capture share.
func checkRouter(t *testing.T, frame int, source wire.MAC, from netip.Addr, m wire.Message) {
	t.Helper()
	if active := source == wire.VirtualMAC(1); active != (m.State == wire.StateActive) {
		t.Errorf("frame %d: %s sends as %s; the virtual MAC is the active's alone (RFC 2281 §6.1)", frame, m.State, source)
	}
	priority := uint8(100)
	if from == netip.MustParseAddr("192.168.0.10") {
		priority = 200
	}
	want := wire.Message{
		Opcode: wire.OpHello, State: m.State, Hello: 3 * time.Second, Hold: 10 * time.Second,
		Priority: priority, Group: 1, Auth: wire.AuthCisco, VirtualIP: netip.MustParseAddr("192.168.0.1"),
	}
	if m != want {
		t.Errorf("frame %d: got %+v, want %+v", frame, m, want)
	}
}

// TestLayerDecodesAllOpcodes goes through gopacket's registry, as a capture reader does.
func TestLayerDecodesAllOpcodes(t *testing.T) {
	for _, opcode := range []wire.Opcode{wire.OpHello, wire.OpCoup, wire.OpResign} {
		m := wire.Message{
			Opcode: opcode, State: wire.StateActive, Hello: 3 * time.Second, Hold: 10 * time.Second,
			Priority: 100, Group: 1, Auth: wire.AuthDataPower, VirtualIP: netip.MustParseAddr("192.0.2.100"),
		}
		frame, err := wire.AppendFrame(nil, wire.MAC{2, 0, 0, 0, 0, 10}, netip.MustParseAddr("192.0.2.11"), m)
		if err != nil {
			t.Fatal(err)
		}
		packet := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.NoCopy)
		layer, ok := packet.Layer(TypeHSRP).(*HSRP)
		if !ok || layer.Opcode != opcode || layer.Message != m || len(layer.LayerPayload()) != 0 {
			t.Errorf("%s: got %+v", opcode, layer)
		}
	}
	short := HSRP{Opcode: wire.OpCoup}
	if err := short.DecodeFromBytes([]byte{0, 0, 16}, gopacket.NilDecodeFeedback); err == nil || short.Opcode != wire.OpCoup {
		t.Errorf("a short packet must be refused and leave the layer alone: got %+v, %v", short, err)
	}
}
