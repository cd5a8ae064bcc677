package ipvs

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/node/wire"
)

func addrPort(text string) netip.AddrPort { return netip.MustParseAddrPort(text) }

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// One connection in the layouts of both versions, written by hand from the
// structs of ip_vs_sync.c. No two fields are alike.
const (
	conn1    = "00 06 0024 00000183 0004 1388 0050 1f90 00000009 00000384 c00002c9 c0000264 c000020b"
	conn0    = "00 06 1388 0050 1f90 c00002c9 c0000264 c000020b 0183 0004"
	other1   = "00 06 0024 00000083 0001 c000 01bb 01bb 00000000 00000000 c63364c8 c0000264 c000020c"
	message1 = "00 2a 0050 02 01 0000" + conn1 + other1
	message0 = "01 2a 001c" + conn0
	conn6    = "01 06 0048 00000183 0004 1388 0050 1f90 00000009 00000384" +
		"20010db8000000000000000000000001 20010db8000000000000000000000002 20010db8000000000000000000000003"
	sequences = "01 18 000000010000000200000003000000040000000500000006"
)

// known is the connections of message1; the first is that of message0 as well.
func known() []Conn {
	return []Conn{{
		Protocol: wire.ProtocolTCP, Flags: DirectRouting | NoOutput | Inactive, State: 4, Client: addrPort("192.0.2.201:5000"),
		Virtual: addrPort("192.0.2.100:80"), Destination: addrPort("192.0.2.11:8080"), Mark: 9, Timeout: 900 * time.Second,
	}, {
		Protocol: wire.ProtocolTCP, Flags: DirectRouting | NoOutput, State: 1, Client: addrPort("198.51.100.200:49152"),
		Virtual: addrPort("192.0.2.100:443"), Destination: addrPort("192.0.2.12:443"),
	}}
}

// old is a connection as version 0 has it.
func old(c Conn) Conn {
	c.Mark, c.Timeout = 0, 0
	return c
}

// message makes a message of version 1 with the right size and count.
func message(t testing.TB, conns ...string) []byte {
	t.Helper()
	b := unhex(t, "00 2a 0000 00 01 0000"+strings.Join(conns, ""))
	b[2], b[3], b[4] = byte(len(b)>>8), byte(len(b)), byte(len(conns))
	return b
}

func TestParseRefuses(t *testing.T) {
	resized := func(size string) string { return conn1[:6] + size + conn1[10:] }
	for _, tc := range []struct {
		name    string
		payload []byte
		want    error
	}{
		{"nothing", nil, ErrShort},
		{"3 bytes", unhex(t, "002a00"), ErrShort},
		{"text", []byte("GET / HTTP/1.1\r\nHost: 192.0.2.100\r\n\r\n"), ErrMalformed},
		{"a size too small", unhex(t, strings.Replace(message1, "0050", "004f", 1)), ErrMalformed},
		{"a size too large", unhex(t, strings.Replace(message1, "0050", "0051", 1)), ErrMalformed},
		{"a connection less than counted", unhex(t, "00 2a 002c 02 01 0000"+conn1), ErrShort},
		{"a connection cut", message(t, conn1[:len(conn1)-2]), ErrShort},
		{"a connection beyond the end", message(t, resized("0028")), ErrMalformed},
		{"a connection shorter than one", message(t, resized("0020")), ErrMalformed},
		{"a connection of size 0", message(t, resized("0000")), ErrMalformed},
		{"a later version of the connection", message(t, resized("1024")), ErrMalformed},
		{"an unknown type", message(t, "02"+conn1[2:]), ErrMalformed},
		{"IPv6 shorter than one", message(t, "01"+conn1[2:]), ErrMalformed},
		{"half an option", message(t, resized("0025")+"01000000"), ErrMalformed},
		{"an empty option", message(t, resized("0026")+"4f000000"), ErrMalformed},
		{"an option beyond its connection", message(t, resized("0027")+"0102 0000"), ErrMalformed},
		{"sequences of 23 bytes", message(t, resized("003d")+"0117"+strings.Repeat("00", 23)+"000000"), ErrMalformed},
		{"sequences twice", message(t, resized("0058")+sequences+sequences), ErrMalformed},
		{"a name of 17 bytes", message(t, resized("0037")+"0311"+strings.Repeat("41", 17)+"00"), ErrMalformed},
		{"version 0, a connection less than counted", unhex(t, "02 2a 001c"+conn0), ErrShort},
		{"version 0, cut", unhex(t, "01 2a 001b"+conn0[:len(conn0)-2]), ErrShort},
		{"version 0, no sequences", unhex(t, "01 2a 001c"+strings.Replace(conn0, "0183", "0383", 1)), ErrShort},
	} {
		if s, err := Parse(tc.payload); !errors.Is(err, tc.want) || !reflect.DeepEqual(s, Sync{}) {
			t.Errorf("%s: got %+v, %v, want %v", tc.name, s, err, tc.want)
		}
	}
}

func TestParse(t *testing.T) {
	sized := func(size, options string) string { return conn1[:6] + size + conn1[10:] + options }
	all := known()
	for _, tc := range []struct {
		name    string
		payload []byte
		want    Sync
	}{
		{"version 1", unhex(t, message1), Sync{Version: 1, ID: 42, Connections: all}},
		{"none", unhex(t, "00 2a 0008 00 01 0000"), Sync{Version: 1, ID: 42}},
		{"bytes after the last", unhex(t, "00 2a 0030 01 01 0000"+conn1+"deadbeef"), Sync{Version: 1, ID: 42, Connections: all[:1]}},
		{"sequences, aligned", message(t, sized("003e", sequences+"0000"), other1), Sync{Version: 1, ID: 42, Connections: all}},
		{"the last not aligned", message(t, other1, sized("003e", sequences)), Sync{Version: 1, ID: 42, Connections: []Conn{all[1], all[0]}}},
		{"an option that may be unknown", message(t, sized("0028", "4f02beef"), other1), Sync{Version: 1, ID: 42, Connections: all}},
		{"an option that must be known", message(t, sized("0028", "0f02beef"), other1), Sync{Version: 1, ID: 42, Connections: all[1:], Skipped: 1}},
		{"an engine of persistence", message(t, sized("002c", "0202beef 0302 4142"), other1), Sync{Version: 1, ID: 42, Connections: all[1:], Skipped: 1}},
		{"IPv6", message(t, conn6, other1), Sync{Version: 1, ID: 42, Connections: all[1:], Skipped: 1}},
		{"version 0", unhex(t, message0), Sync{ID: 42, Connections: []Conn{old(all[0])}}},
		{"version 0, sequences", unhex(t, "02 2a 004c"+strings.Replace(conn0, "0183", "0783", 1)+strings.Repeat("0a", 24)+conn0), Sync{ID: 42, Connections: []Conn{
			func() Conn { c := old(all[0]); c.Flags = 0x783; return c }(), old(all[0]),
		}}},
		{"version 0, ICMP without ports", unhex(t, "01 2a 001c 00 01 0000 0000 0000 c00002c9 c0000264 c000020b 0000 0001"), Sync{ID: 42, Connections: []Conn{{
			Protocol: 1, State: 1, Client: addrPort("192.0.2.201:0"), Virtual: addrPort("192.0.2.100:0"), Destination: addrPort("192.0.2.11:0"),
		}}}},
		{"version 0, none", unhex(t, "00 2a 0004"), Sync{ID: 42}},
		{"as version 0, for its spare bytes", unhex(t, "00 2a 0008 01 01 0001"), Sync{ID: 42}},
		{"as version 0, for its version", unhex(t, "00 2a 0008 01 02 0000"), Sync{ID: 42}},
	} {
		s, err := Parse(tc.payload)
		if len(s.Connections) == 0 {
			s.Connections = nil
		}
		if err != nil || !reflect.DeepEqual(s, tc.want) {
			t.Errorf("%s: got %+v, %v\nwant %+v", tc.name, s, err, tc.want)
		}
	}
}

func TestAppend(t *testing.T) {
	got, err := Append([]byte("kept"), Sync{Version: 1, ID: 42, Connections: known()})
	if want := append([]byte("kept"), unhex(t, message1)...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("got % x, %v\nwant % x", got, err, want)
	}
	for _, tc := range []struct {
		name   string
		change func(*Sync)
		want   error
	}{
		{"version 0", func(s *Sync) { s.Version = 0 }, ErrVersion},
		{"version 2", func(s *Sync) { s.Version = 2 }, ErrVersion},
		{"skipped", func(s *Sync) { s.Skipped = 1 }, ErrMalformed},
		{"too many", func(s *Sync) { s.Connections = make([]Conn, ConnectionsMax+1) }, ErrTooLong},
		{"sequences", func(s *Sync) { s.Connections[1].Flags |= 0x200 }, ErrMalformed},
		{"no client", func(s *Sync) { s.Connections[1].Client = netip.AddrPort{} }, ErrAddress},
		{"virtual IPv6", func(s *Sync) { s.Connections[1].Virtual = addrPort("[2001:db8::1]:80") }, ErrAddress},
		{"no destination", func(s *Sync) { s.Connections[1].Destination = netip.AddrPort{} }, ErrAddress},
		{"a negative timeout", func(s *Sync) { s.Connections[1].Timeout = -1 }, ErrTimeout},
		{"a timeout of 137 years", func(s *Sync) { s.Connections[1].Timeout = (math.MaxUint32 + 1) * time.Second }, ErrTimeout},
	} {
		s := Sync{Version: 1, ID: 42, Connections: known()}
		tc.change(&s)
		if got, err := Append([]byte("kept"), s); !errors.Is(err, tc.want) || string(got) != "kept" {
			t.Errorf("%s: got %q, %v, want %v", tc.name, got, err, tc.want)
		}
	}
	full := Sync{Version: 1, Connections: slices.Repeat(known(), ConnectionsMax/2)}
	if got, err := Append(nil, full); err != nil || len(full.Connections) != 40 || len(got) > wire.DatagramMax || len(got)+conn1Size <= wire.DatagramMax {
		t.Errorf("a full message: got %d connections, %d bytes, %v", len(full.Connections), len(got), err)
	}
}

var (
	anyIP = rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
	})
	anyAddress = rapid.Custom(func(t *rapid.T) netip.AddrPort {
		return netip.AddrPortFrom(anyIP.Draw(t, "IP"), rapid.Uint16().Draw(t, "port"))
	})
	anyConn = rapid.Custom(func(t *rapid.T) Conn {
		return Conn{
			Protocol: wire.Protocol(rapid.Byte().Draw(t, "protocol")), Flags: Flags(rapid.Uint32().Draw(t, "flags")) &^ SequenceMask,
			State: rapid.Uint16().Draw(t, "state"), Client: anyAddress.Draw(t, "client"), Virtual: anyAddress.Draw(t, "virtual"),
			Destination: anyAddress.Draw(t, "destination"), Mark: rapid.Uint32().Draw(t, "mark"),
			Timeout: time.Duration(rapid.Uint32().Draw(t, "timeout")) * time.Second,
		}
	})
)

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Sync{Version: 1, ID: rapid.Byte().Draw(t, "ID"), Connections: rapid.SliceOfN(anyConn, 1, ConnectionsMax).Draw(t, "connections")}
		payload, err := Append(nil, want)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Parse(payload); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v\nwant %+v", got, err, want)
		}
	})
}

// TestTimeoutIsCut: fractions of a second are not sent.
func TestTimeoutIsCut(t *testing.T) {
	c := known()[0]
	c.Timeout = 1999 * time.Millisecond
	payload, err := Append(nil, Sync{Version: 1, Connections: []Conn{c}})
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Parse(payload); err != nil || s.Connections[0].Timeout != time.Second {
		t.Errorf("got %+v, %v, want 1s", s, err)
	}
}

// TestFrame: the frame of a message, and frames that are none.
func TestFrame(t *testing.T) {
	source, from := wire.MAC{2, 0, 0, 0, 0, 0x0a}, netip.MustParseAddr("192.0.2.11")
	s := Sync{Version: 1, ID: 42, Connections: known()}
	frame, err := AppendFrame([]byte("kept"), source, from, s)
	if err != nil || string(frame[:4]) != "kept" {
		t.Fatalf("got %q, %v", frame, err)
	}
	frame = frame[4:]
	ip, udp := wire.UDPOf(frame)
	if eth := wire.EthernetOf(frame); eth.Destination() != (wire.MAC{1, 0, 0x5e, 0, 0, 0x51}) || eth.Source() != source || ip.From() != from ||
		ip.To() != netip.MustParseAddr("224.0.0.81") || ip.TTL() != 1 || udp.DestinationPort() != 8848 {
		t.Errorf("got %s <- %s, %s -> %s, TTL %d, port %d", eth.Destination(), eth.Source(), ip.From(), ip.To(), ip.TTL(), udp.DestinationPort())
	}
	if !Matches(frame) || !bytes.Equal(PayloadOf(frame), unhex(t, message1)) {
		t.Errorf("got payload % x", PayloadOf(frame))
	}
	change := func(at int, b byte) []byte {
		changed := slices.Clone(frame)
		changed[at] = b
		return changed
	}
	const udpAt = wire.EthernetSize + wire.IPv4Size
	for _, tc := range []struct {
		name    string
		frame   []byte
		matches bool
	}{
		{"nothing", nil, false},
		{"another port", change(udpAt+3, 0x91), false},
		{"another group", change(udpAt-1, 82), false},
		{"cut", frame[:len(frame)-1], true},
		{"damaged", change(len(frame)-1, 0), true},
	} {
		if got, payload := Matches(tc.frame), PayloadOf(tc.frame); got != tc.matches || payload != nil {
			t.Errorf("%s: got %v and %d bytes, want %v and none", tc.name, got, len(payload), tc.matches)
		}
	}
	for name, refused := range map[string]func([]byte) ([]byte, error){
		"no sender": func(b []byte) ([]byte, error) { return AppendFrame(b, source, netip.Addr{}, s) },
		"version 0": func(b []byte) ([]byte, error) { return AppendFrame(b, source, from, Sync{}) },
	} {
		if got, err := refused([]byte("kept")); err == nil || string(got) != "kept" {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

// FuzzParse: garbage is refused with an error of this package, or read; what is
// read and can be sent means the same.
func FuzzParse(f *testing.F) {
	for _, text := range []string{message1, message0, "00 2a 0050 01 01 0000" + conn6, "00 2a 0008 00 01 0000"} {
		f.Add(unhex(f, text))
	}
	f.Add(message(f, conn1[:6]+"003e"+conn1[10:]+sequences))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) >= 4 && len(b) <= math.MaxUint16 { // most inputs would fail for their size
			b = slices.Clone(b)
			b[2], b[3] = byte(len(b)>>8), byte(len(b))
		}
		before := slices.Clone(b)
		s, err := Parse(b)
		if !bytes.Equal(b, before) {
			t.Fatal("a parser must not write into its input")
		}
		if err != nil {
			if !errors.Is(err, ErrShort) && !errors.Is(err, ErrMalformed) {
				t.Fatalf("unknown error %v", err)
			}
			return
		}
		if s.Version > 1 || len(s.Connections)+s.Skipped > 255 {
			t.Fatalf("got %+v", s)
		}
		s.Version, s.Skipped = 1, 0
		again, err := Append(nil, s)
		if err != nil {
			return
		}
		if back, err := Parse(again); err != nil || !slices.Equal(back.Connections, s.Connections) || back.ID != s.ID {
			t.Fatalf("got %+v, %v, want %+v", back, err, s)
		}
	})
}
