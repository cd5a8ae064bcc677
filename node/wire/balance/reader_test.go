package balance

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
)

// sign replaces the last 16 bytes of a payload by the code of the others.
func sign(payload []byte) []byte {
	signed := payload[:len(payload)-AuthSize]
	return append(slices.Clone(signed), newAuthenticator(token).of(signed)...)
}

// signed makes a message of any header and fields.
func signed(t testing.TB, header, fields string) []byte {
	t.Helper()
	return sign(append(unhex(t, header+fields), make([]byte, AuthSize)...))
}

// with changes one byte of a good message and signs it again.
func with(payload []byte, at int, b byte) []byte {
	changed := slices.Clone(payload)
	changed[at] = b
	return sign(changed)
}

// TestParseRefuses changes one thing at a time in a good message.
func TestParseRefuses(t *testing.T) {
	all := samples()
	report, request, flows, ack := all[0], all[1], all[2], all[3]
	good := report.bytes(t)
	flip := func(at int) []byte {
		b := slices.Clone(good)
		b[at] ^= 1
		return b
	}
	const to, chunk, connections, received = "0004 0004 c000020b", "0005 0004 0001 0003", "0006 0000", "0007 0002 0001"
	for _, tc := range []struct {
		name    string
		payload []byte
		want    error
	}{
		{"nothing", nil, ErrShort},
		{"39 bytes", good[:39], ErrShort},
		{"text", []byte("GET / HTTP/1.1\r\nHost: 192.0.2.100\r\nAccept: */*\r\n\r\n"), ErrMagic},
		{"zeros", make([]byte, 100), ErrMagic},
		{"first byte flipped", flip(0), ErrMagic},
		{"a later version", with(with(good, 4, 3), 5, 3), ErrVersion},
		{"a later version of unknown authentication", append(unhex(t, "43505342 09 09 01 07"), make([]byte, 40)...), ErrVersion},
		{"cut by a byte", good[:len(good)-1], ErrAuth},
		{"longer by a byte", append(slices.Clone(good), 0), ErrAuth},
		{"code flipped", flip(len(good) - 1), ErrAuth},
		{"sequence flipped", flip(19), ErrAuth},
		{"weight flipped", flip(headerSize + 6 + 6 + 4 + 7), ErrAuth},
		{"kind 0", with(good, 6, 0), ErrKind},
		{"kind 5", with(good, 6, 5), ErrKind},
		{"version 0", with(with(good, 4, 0), 5, 0), ErrMalformed},
		{"needs none", with(good, 5, 0), ErrMalformed},
		{"needs more than it is", with(good, 4, 0), ErrMalformed},
		{"sequence 0", signed(t, "43505342 02 01 01 07 c000020b 00000003 00000000 00000009", report.fields), ErrMalformed},

		{"no status", signed(t, report.header, "0003 0002 1081"), ErrMalformed},
		{"no field at all", signed(t, report.header, ""), ErrMalformed},
		{"half a field", signed(t, report.header, "0001 0002 01 2a 00"), ErrMalformed},
		{"a field beyond the end", signed(t, report.header, "0001 0003 01 2a"), ErrMalformed},
		{"a short status", signed(t, report.header, "0001 0001 01"), ErrMalformed},
		{"two statuses", signed(t, report.header, "0001 0002 01 2a 0001 0002 01 2a"), ErrMalformed},
		{"a short service", signed(t, report.header, "0001 0002 01 2a 0002 0011 c0000264 0050 0061 01 00 00000fa1 000000"), ErrMalformed},
		{"busy 101 %", signed(t, report.header, "0001 0002 01 65"), ErrMalformed},
		{"busy 100.01 %", signed(t, report.header, "0001 0002 01 2a 0003 0002 2711"), ErrMalformed},
		{"request to nobody", signed(t, request.header, ""), ErrMalformed},
		{"request to a short address", signed(t, request.header, "0004 0003 000000"), ErrMalformed},
		{"flows to nobody", signed(t, flows.header, chunk+connections), ErrMalformed},
		{"flows of no chunk", signed(t, flows.header, to+connections), ErrMalformed},
		{"flows without the field", signed(t, flows.header, to+chunk), ErrMalformed},
		{"flows twice", signed(t, flows.header, to+chunk+connections+connections), ErrMalformed},
		{"chunk 3 of 3", signed(t, flows.header, to+"0005 0004 0003 0003"+connections), ErrMalformed},
		{"half a connection", signed(t, flows.header, to+chunk+"0006 000e c00002c9 1388 c0000264 0050 01 c0"), ErrMalformed},
		{"ack to nobody", signed(t, ack.header, received), ErrMalformed},
		{"ack of nothing", signed(t, ack.header, to), ErrMalformed},
		{"a report's fields in an ack", signed(t, ack.header, report.fields), ErrMalformed},
	} {
		if m, err := Parse(tc.payload, token); !errors.Is(err, tc.want) || m != nil {
			t.Errorf("%s: got %+v, %v, want %v", tc.name, m, err, tc.want)
		}
	}
	if m, err := Parse(good, [8]byte{'X', 'A', '3', '6'}); !errors.Is(err, ErrAuth) || m != nil {
		t.Errorf("another token: got %+v, %v, want %v", m, err, ErrAuth)
	}
}

// TestEveryBitCounts: no message survives the change of one bit, nor a cut.
func TestEveryBitCounts(t *testing.T) {
	for _, s := range samples() {
		good := s.bytes(t)
		for bit := range 8 * len(good) {
			b := slices.Clone(good)
			b[bit/8] ^= 1 << (bit % 8)
			if m, err := Parse(b, token); err == nil {
				t.Errorf("%s with bit %d flipped: got %+v", s.message.Head().Kind, bit, m)
			}
		}
		for size := range good {
			if m, err := Parse(good[:size], token); err == nil {
				t.Errorf("%s cut to %d bytes: got %+v", s.message.Head().Kind, size, m)
			}
		}
	}
}

// TestVersions: two versions side by side. An earlier reader reads what a later
// one sends, without what the later version added; a later reader supplies what
// an earlier sender does not know.
func TestVersions(t *testing.T) {
	old, current := NewReader(1, token), NewReader(2, token)
	report := samples()[0].message.(*Report)
	later, err := Append(nil, report, token)
	if err != nil {
		t.Fatal(err)
	}
	rounded := *report
	rounded.BusyExact = 4200
	if m, err := old.Parse(later); err != nil || !reflect.DeepEqual(m, &rounded) {
		t.Errorf("version 1 reads version 2: got %+v, %v, want %+v", m, err, rounded)
	}
	if m, err := current.Parse(later); err != nil || !reflect.DeepEqual(m, report) {
		t.Errorf("version 2 reads version 2: got %+v, %v, want %+v", m, err, report)
	}
	rounded.Version = 1
	earlier, err := Append(nil, &rounded, token)
	if err != nil || len(earlier) != len(later)-6 {
		t.Fatalf("got %d bytes, %v, want %d", len(earlier), err, len(later)-6)
	}
	for _, r := range []*Reader{old, current} {
		if m, err := r.Parse(earlier); err != nil || !reflect.DeepEqual(m, &rounded) {
			t.Errorf("version %d reads version 1: got %+v, %v, want %+v", r.version, m, err, rounded)
		}
	}
	needed := with(later, 5, 2)
	if m, err := old.Parse(needed); !errors.Is(err, ErrVersion) || m != nil {
		t.Errorf("version 1 reads what needs version 2: got %+v, %v, want %v", m, err, ErrVersion)
	}
	if m, err := current.Parse(needed); err != nil || m.Head().Needs != 2 {
		t.Errorf("version 2 reads what needs version 2: got %+v, %v", m, err)
	}
	// Two bytes that version 1 would misread if it did not skip the whole field.
	if m, err := old.Parse(signed(t, samples()[0].header, "0003 0001 ff 0001 0002 00 07")); err != nil || m.(*Report).Busy != 7 {
		t.Errorf("version 1 reads a field of version 2: got %+v, %v", m, err)
	}
}

// TestFutureVersion: a version 9 that says that version 1 can read it has a new
// field of the same type in each message, and makes all fields longer that can
// grow.
func TestFutureVersion(t *testing.T) {
	for _, s := range samples() {
		kind := s.message.Head().Kind
		payload := s.bytes(t)
		fields := payload[headerSize : len(payload)-AuthSize]
		future := append(slices.Clone(payload[:headerSize]), unhex(t, "7fff 0003 010203")...)
		for len(fields) > 0 {
			of, size := binary.BigEndian.Uint16(fields), binary.BigEndian.Uint16(fields[2:])
			value := fields[4 : 4+size]
			fields = fields[4+size:]
			if fieldType(of) != fieldFlows {
				value = append(slices.Clone(value), 0xff, 0xff)
			}
			future = binary.BigEndian.AppendUint16(future, of)
			future = binary.BigEndian.AppendUint16(future, uint16(len(value)))
			future = append(future, value...)
			future = append(future, 0, 9, 0, 0) // an empty one
		}
		future[4] = 9
		m, err := Parse(sign(append(future, make([]byte, AuthSize)...)), token)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		want := s.message
		want.Head().Version = 9
		if !reflect.DeepEqual(m, want) {
			t.Errorf("%s: got %+v, want %+v", kind, m, want)
		}
	}
}

// TestReaderReusesMemory: a rebuild reads a thousand full messages.
func TestReaderReusesMemory(t *testing.T) {
	payload := fullFlows(t)
	r := NewReader(Versions, token)
	if n := testing.AllocsPerRun(100, func() {
		if _, err := r.Parse(payload); err != nil {
			t.Fatal(err)
		}
	}); n > 1 {
		t.Errorf("got %v allocations for %d connections, want at most 1", n, FlowsMax)
	}
}

// fullFlows is a message of FlowsMax connections.
func fullFlows(t testing.TB) []byte {
	t.Helper()
	m := samples()[2].message.(*Flows)
	m.Flows = nil
	for i := range FlowsMax {
		m.Flows = append(m.Flows, Flow{Client: addrPort(fmt.Sprintf("192.0.2.201:%d", 5000+i)), Service: addrPort("192.0.2.100:80"), State: 1})
	}
	payload, err := Append(nil, m, token)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func BenchmarkFlows(b *testing.B) {
	payload := fullFlows(b)
	m, err := Parse(payload, token)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		r := NewReader(Versions, token)
		for b.Loop() {
			if _, err := r.Parse(payload); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("append", func(b *testing.B) {
		b.ReportAllocs()
		buffer := bytes.Clone(payload)
		for b.Loop() {
			if _, err := Append(buffer[:0], m, token); err != nil {
				b.Fatal(err)
			}
		}
	})
}
