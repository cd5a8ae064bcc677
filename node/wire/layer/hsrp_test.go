package layer

import (
	"errors"
	"io/fs"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/capture"
	"github.com/cablepull/cablepull/node/wire/facts"
)

// frames makes the frames of a table.
func frames(t *testing.T, table string) (all [][]byte) {
	t.Helper()
	known, err := facts.Load(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range known {
		frame, err := f.Frame()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, frame)
	}
	return all
}

// field reads a capture of real routers, or skips.
func field(t *testing.T, file string) (all [][]byte) {
	t.Helper()
	captured, err := capture.Field(file)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range captured {
		all = append(all, f.Data)
	}
	return all
}

// TestRealRouters reads messages of routers both with our parser and through
// gopacket, which must agree: frames made from tables and, if there are
// captures, the original frames.
func TestRealRouters(t *testing.T) {
	const other = 1150 // frames of the campus that carry something else
	for _, tc := range []struct {
		name       string
		frames     func(*testing.T) [][]byte
		hsrp, none int
	}{
		{"failover", func(t *testing.T) [][]byte { return frames(t, facts.Failover) }, 39, 0},
		{"campus", func(t *testing.T) [][]byte { return frames(t, facts.Campus) }, 829, 0},
		{"one side MD5", func(t *testing.T) [][]byte { return frames(t, facts.OneSideMD5) }, 192, 0},
		{"captured failover", func(t *testing.T) [][]byte { return field(t, "HSRP_failover.pcap") }, 39, 0},
		{"captured campus", func(t *testing.T) [][]byte { return field(t, "kholia_HSRP_wild-samples_hsrp_cap.pcap") }, 829, other},
	} {
		t.Run(tc.name, func(t *testing.T) {
			hsrp, none := 0, 0
			for i, frame := range tc.frames(t) {
				known, ours := facts.Of(0, frame)
				seen, theirs := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default).Layer(TypeHSRP).(*HSRP)
				if ours != theirs {
					t.Fatalf("frame %d: we read %v, gopacket %v", i+1, ours, theirs)
				}
				if !ours {
					none++
					continue
				}
				hsrp++
				if seen.Opcode != known.Opcode || seen.Message != known.Message || seen.Advertise != known.Advertise {
					t.Errorf("frame %d: we read %+v, gopacket %+v", i+1, known, seen)
				}
			}
			if hsrp != tc.hsrp || none != tc.none {
				t.Errorf("got %d messages and %d other frames, want %d and %d", hsrp, none, tc.hsrp, tc.none)
			}
		})
	}
}

// TestLayerDecodesAllOpcodes goes through gopacket's registry, as a capture
// reader does.
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
		t.Errorf("a short packet must be rejected and leave the layer unchanged: got %+v, %v", short, err)
	}
}
