package balance

import (
	"bytes"
	"encoding/hex"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// token is that of wire.AuthDataPower.
var token = [8]byte{'X', 'A', '3', '5'}

func addr(text string) netip.Addr         { return netip.MustParseAddr(text) }
func addrPort(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sample is a message and its bytes. The bytes, with their codes, were not
// written by this package.
type sample struct {
	message Message
	header  string
	fields  string
	code    string
}

func (s sample) bytes(t testing.TB) []byte { return unhex(t, s.header+s.fields+s.code) }

func header(version uint8, kind Kind, sender string, boot, sequence, epoch uint32) Header {
	return Header{Version: version, Needs: 1, Kind: kind, Group: 7, Sender: addr(sender), Boot: boot, Sequence: sequence, Epoch: epoch}
}

// samples have one message of each kind, in the order of kinds. No two fields
// of a message are alike.
func samples() []sample {
	return []sample{{
		&Report{
			Header: header(2, KindReport, "192.0.2.11", 3, 0x102, 9), Owner: true, Busy: 42, BusyExact: 4225,
			Services: []ServiceReport{
				{Address: addrPort("192.0.2.100:80"), Weight: 97, Listening: true, Active: 4001, Inactive: 17},
				{Address: addrPort("192.0.2.101:443"), Quiesce: true, Inactive: 2},
			},
		},
		"43505342 02 01 01 07 c000020b 00000003 00000102 00000009",
		"0001 0002 01 2a  0003 0002 1081" +
			"0002 0012 c0000264 0050 0061 01 00 00000fa1 00000011  0002 0012 c0000265 01bb 0000 02 00 00000000 00000002",
		"39 ff a7 3d e3 15 54 2b 03 80 0a 9a 11 35 6d 58",
	}, {
		&Request{Header: header(1, KindRequest, "192.0.2.11", 3, 0x103, 10), To: netip.IPv4Unspecified()},
		"43505342 01 01 02 07 c000020b 00000003 00000103 0000000a", "0004 0004 00000000",
		"6e 54 ed 63 28 df 1b ef 47 9b 4c be e7 36 7d 3b",
	}, {
		&Flows{
			Header: header(1, KindFlows, "192.0.2.12", 1, 4, 10), To: addr("192.0.2.11"), Chunk: 1, Chunks: 3,
			Flows: []Flow{
				{Client: addrPort("192.0.2.201:5000"), Service: addrPort("192.0.2.100:80"), State: 1},
				{Client: addrPort("198.51.100.200:49152"), Service: addrPort("192.0.2.100:443"), State: 4},
			},
		},
		"43505342 01 01 03 07 c000020c 00000001 00000004 0000000a",
		"0004 0004 c000020b  0005 0004 0001 0003  0006 001a c00002c9 1388 c0000264 0050 01  c63364c8 c000 c0000264 01bb 04",
		"b5 d5 cb d8 2a 0a 04 d9 bd b5 f9 d8 1e 73 b8 3b",
	}, {
		&Ack{Header: header(2, KindAck, "192.0.2.11", 3, 0x104, 10), To: addr("192.0.2.12"), Chunk: 1},
		"43505342 02 01 04 07 c000020b 00000003 00000104 0000000a", "0004 0004 c000020c  0007 0002 0001",
		"97 f5 49 74 bc 96 aa e3 75 9c dd 6d f8 6e d2 dd",
	}}
}

// TestBytes compares both directions with literal bytes.
func TestBytes(t *testing.T) {
	for _, s := range samples() {
		kind, want := s.message.Head().Kind, s.bytes(t)
		got, err := Append([]byte("kept"), s.message, token)
		if err != nil || string(got[:4]) != "kept" || !bytes.Equal(got[4:], want) {
			t.Errorf("%s: got % x, %v\nwant % x", kind, got, err, want)
		}
		if m, err := Parse(want, token); err != nil || !reflect.DeepEqual(m, s.message) {
			t.Errorf("%s: got %+v, %v\nwant %+v", kind, m, err, s.message)
		}
		m, code, err := ParseUnverified(want)
		if err != nil || !reflect.DeepEqual(m, s.message) || !bytes.Equal(code[:], unhex(t, s.code)) {
			t.Errorf("%s without its token: got %+v, % x, %v\nwant %+v", kind, m, code, err, s.message)
		}
	}
}

func TestKindNames(t *testing.T) {
	for kind, want := range map[Kind]string{0: "Kind(0)", KindReport: "Report", KindRequest: "Request", KindFlows: "Flows", KindAck: "Ack", 5: "Kind(5)"} {
		if got := kind.String(); got != want {
			t.Errorf("kind %d: got %q, want %q", uint8(kind), got, want)
		}
	}
}

var (
	anyIP = rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
	})
	anyAddress = rapid.Custom(func(t *rapid.T) netip.AddrPort {
		return netip.AddrPortFrom(anyIP.Draw(t, "IP"), rapid.Uint16().Draw(t, "port"))
	})
	anyToken = rapid.Custom(func(t *rapid.T) [8]byte {
		return [8]byte(rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "token"))
	})
	anyService = rapid.Custom(func(t *rapid.T) ServiceReport {
		return ServiceReport{
			Address: anyAddress.Draw(t, "address"), Weight: rapid.Uint16().Draw(t, "weight"), Listening: rapid.Bool().Draw(t, "listening"),
			Quiesce: rapid.Bool().Draw(t, "quiesce"), Active: rapid.Uint32().Draw(t, "active"), Inactive: rapid.Uint32().Draw(t, "inactive"),
		}
	})
	anyFlow = rapid.Custom(func(t *rapid.T) Flow {
		return Flow{Client: anyAddress.Draw(t, "client"), Service: anyAddress.Draw(t, "service"), State: rapid.Byte().Draw(t, "state")}
	})
)

// anyMessage draws a message of any kind that Append takes.
func anyMessage(t *rapid.T) Message {
	h := Header{
		Version: rapid.Uint8Range(1, Versions).Draw(t, "version"), Kind: Kind(rapid.Uint8Range(1, 4).Draw(t, "kind")),
		Group: rapid.Byte().Draw(t, "group"), Sender: anyIP.Draw(t, "sender"), Boot: rapid.Uint32().Draw(t, "boot"),
		Sequence: rapid.Uint32Min(1).Draw(t, "sequence"), Epoch: rapid.Uint32().Draw(t, "epoch"),
	}
	h.Needs = rapid.Uint8Range(1, h.Version).Draw(t, "needs")
	switch h.Kind {
	case KindReport:
		m := &Report{
			Header: h, Owner: rapid.Bool().Draw(t, "owner"), Quiesce: rapid.Bool().Draw(t, "quiesce"), Busy: rapid.Uint8Range(0, 100).Draw(t, "busy"),
			Services: rapid.SliceOfN(anyService, 0, ServicesMax).Draw(t, "services"),
		}
		m.BusyExact = 100 * uint16(m.Busy)
		if h.Version >= 2 {
			m.BusyExact = rapid.Uint16Range(0, 10000).Draw(t, "busy exactly")
		}
		return m
	case KindRequest:
		return &Request{Header: h, To: anyIP.Draw(t, "to")}
	case KindFlows:
		m := &Flows{Header: h, To: anyIP.Draw(t, "to"), Chunks: rapid.Uint16Min(1).Draw(t, "chunks"), Flows: rapid.SliceOfN(anyFlow, 0, FlowsMax).Draw(t, "flows")}
		m.Chunk = rapid.Uint16Range(0, m.Chunks-1).Draw(t, "chunk")
		return m
	}
	return &Ack{Header: h, To: anyIP.Draw(t, "to"), Chunk: rapid.Uint16().Draw(t, "chunk")}
}

// TestRoundTrip: any message survives, whether the reader is new or has read
// others before.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		secret := anyToken.Draw(t, "token")
		used := NewReader(Versions, secret)
		for range rapid.IntRange(1, 3).Draw(t, "messages") {
			want := anyMessage(t)
			payload, err := Append(nil, want, secret)
			if err != nil {
				t.Fatal(err)
			}
			m, err := used.Parse(payload)
			if err != nil || !sameMessage(m, want) {
				t.Fatalf("got %+v, %v\nwant %+v", m, err, want)
			}
			if m, err := Parse(payload, secret); err != nil || !sameMessage(m, want) {
				t.Fatalf("new reader: got %+v, %v\nwant %+v", m, err, want)
			}
		}
	})
}

// sameMessage compares messages. An empty list equals none.
func sameMessage(a, b Message) bool {
	switch a := a.(type) {
	case *Report:
		if b, ok := b.(*Report); ok && len(a.Services) == 0 && len(b.Services) == 0 {
			x, y := *a, *b
			x.Services, y.Services = nil, nil
			return reflect.DeepEqual(x, y)
		}
	case *Flows:
		if b, ok := b.(*Flows); ok && len(a.Flows) == 0 && len(b.Flows) == 0 {
			x, y := *a, *b
			x.Flows, y.Flows = nil, nil
			return reflect.DeepEqual(x, y)
		}
	}
	return reflect.DeepEqual(a, b)
}
