package layer

import (
	"bytes"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/capture"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

var (
	member = wire.MAC{2, 0, 0, 0, 0, 10}
	token  = [8]byte(wire.AuthDataPower)
)

func header(kind balance.Kind) balance.Header {
	return balance.Header{Version: 2, Needs: 1, Kind: kind, Group: 30, Sender: netip.MustParseAddr("192.0.2.11"), Boot: 3, Sequence: 258, Epoch: 77}
}

// captured writes a frame to a capture file, and lets gopacket decode what it
// reads back.
func captured(t *testing.T, frame []byte) gopacket.Packet {
	t.Helper()
	var file bytes.Buffer
	if err := capture.Write(&file, []capture.Frame{{At: time.Second, Data: frame}}); err != nil {
		t.Fatal(err)
	}
	frames, err := capture.Read(&file)
	if err != nil || len(frames) != 1 {
		t.Fatalf("got %d frames, %v", len(frames), err)
	}
	return gopacket.NewPacket(frames[0].Data, layers.LayerTypeEthernet, gopacket.Default)
}

// TestBalance: gopacket decodes each kind of message, and its text shows the
// fields.
func TestBalance(t *testing.T) {
	vip, client := netip.MustParseAddrPort("192.0.2.100:80"), netip.MustParseAddrPort("192.0.2.201:5000")
	peer := netip.MustParseAddr("192.0.2.12")
	for _, tc := range []struct {
		message balance.Message
		got     func(*Balance) balance.Message
		text    []string
	}{
		{
			&balance.Report{
				Header: header(balance.KindReport), Owner: true, Quiesce: true, Busy: 42, BusyExact: 4225,
				Services: []balance.ServiceReport{{Address: vip, Weight: 97, Listening: true, Active: 4001, Inactive: 17}},
			},
			func(b *Balance) balance.Message { return b.Report },
			[]string{
				"Version=2", "Needs=1", "Kind=Report", "Group=30", "Sender=192.0.2.11", "Boot=3", "Sequence=258", "Epoch=77", "Owner=true", "Quiesce=true",
				"Busy=42", "BusyExact=4225", "Address=192.0.2.100:80", "Weight=97", "Listening=true", "Quiesce=false", "Active=4001", "Inactive=17",
			},
		},
		{
			&balance.Request{Header: header(balance.KindRequest), To: netip.IPv4Unspecified()},
			func(b *Balance) balance.Message { return b.Request },
			[]string{"Kind=Request", "To=0.0.0.0"},
		},
		{
			&balance.Flows{Header: header(balance.KindFlows), To: peer, Chunk: 1, Chunks: 3, Flows: []balance.Flow{{Client: client, Service: vip, State: 4}}},
			func(b *Balance) balance.Message { return b.Flows },
			[]string{"Kind=Flows", "To=192.0.2.12", "Chunk=1", "Chunks=3", "Client=192.0.2.201:5000", "Service=192.0.2.100:80", "State=4"},
		},
		{
			&balance.Ack{Header: header(balance.KindAck), To: peer, Chunk: 1},
			func(b *Balance) balance.Message { return b.Ack },
			[]string{"Kind=Ack", "To=192.0.2.12", "Chunk=1"},
		},
	} {
		kind := tc.message.Head().Kind
		frame, err := balance.AppendFrame(nil, member, balance.All, tc.message, token)
		if err != nil {
			t.Fatal(err)
		}
		packet := captured(t, frame)
		layer, ok := packet.Layer(TypeBalance).(*Balance)
		if !ok || packet.ErrorLayer() != nil {
			t.Fatalf("%s: gopacket reads %v", kind, packet)
		}
		set := 0
		for _, m := range []balance.Message{layer.Report, layer.Request, layer.Flows, layer.Ack} {
			if !reflect.ValueOf(m).IsNil() {
				set++
			}
		}
		if set != 1 || !reflect.DeepEqual(tc.got(layer), tc.message) || layer.Header != *tc.message.Head() {
			t.Errorf("%s: got %+v, want %+v", kind, layer, tc.message)
		}
		if layer.Code == [balance.AuthSize]byte{} || !layer.Authentic(token) || layer.Authentic([8]byte{}) {
			t.Errorf("%s: got code % x; it must be that of the token, and of no other", kind, layer.Code)
		}
		text := gopacket.LayerString(layer)
		for _, want := range tc.text {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the text does not show %s:\n%s", kind, want, text)
			}
		}
	}
	kept := Balance{Header: header(balance.KindAck)}
	if err := kept.DecodeFromBytes([]byte("CPSB"), gopacket.NilDecodeFeedback); err == nil || kept.Kind != balance.KindAck {
		t.Errorf("a short message must be rejected and leave the layer unchanged: got %+v, %v", kept, err)
	}
}

// TestIPVS: gopacket decodes sync messages, and its text shows the fields.
func TestIPVS(t *testing.T) {
	want := ipvs.Sync{Version: 1, ID: 42, Connections: []ipvs.Conn{{
		Protocol: wire.ProtocolTCP, Flags: ipvs.DirectRouting | ipvs.NoOutput, State: 1, Client: netip.MustParseAddrPort("192.0.2.201:5000"),
		Virtual: netip.MustParseAddrPort("192.0.2.100:80"), Destination: netip.MustParseAddrPort("192.0.2.12:80"), Mark: 9, Timeout: 900 * time.Second,
	}}}
	frame, err := ipvs.AppendFrame(nil, member, netip.MustParseAddr("192.0.2.11"), want)
	if err != nil {
		t.Fatal(err)
	}
	packet := captured(t, frame)
	layer, ok := packet.Layer(TypeIPVS).(*IPVS)
	if !ok || packet.ErrorLayer() != nil || !reflect.DeepEqual(layer.Sync, want) {
		t.Fatalf("got %+v, want %+v; gopacket reads %v", layer, want, packet)
	}
	text := gopacket.LayerString(layer)
	for _, part := range []string{
		"Version=1", "ID=42", "Protocol=6", "Flags=131", "State=1", "Client=192.0.2.201:5000", "Virtual=192.0.2.100:80", "Destination=192.0.2.12:80",
		"Mark=9", "Timeout=15m0s", "Skipped=0",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the text does not show %s:\n%s", part, text)
		}
	}
	kept := IPVS{Sync: ipvs.Sync{ID: 7}}
	if err := kept.DecodeFromBytes([]byte{0, 0, 0}, gopacket.NilDecodeFeedback); err == nil || kept.ID != 7 {
		t.Errorf("a short message must be rejected and leave the layer unchanged: got %+v, %v", kept, err)
	}
}
