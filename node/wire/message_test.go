package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// compareAddr lets cmp compare netip.Addr, whose fields are not exported, with
// ==.
var compareAddr = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// specHello is the example of spec/failover.md §1.2, byte for byte.
const specHello = "00 00 10 03 0a 64 01 00 58 41 33 35 00 00 00 00 0a 00 00 64"

func activeHello() Message {
	return Message{
		Opcode: OpHello, State: StateActive,
		Hello: 3 * time.Second, Hold: 10 * time.Second,
		Priority: 100, Group: 1, Auth: AuthDataPower, VirtualIP: netip.MustParseAddr("10.0.0.100"),
	}
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// with returns b with one byte changed.
func with(b []byte, at int, value byte) []byte {
	b = bytes.Clone(b)
	b[at] = value
	return b
}

// TestParseMessageRefuses checks the errors about the layout of RFC 2281 §5.1,
// each with the value found and the values wanted.
func TestParseMessageRefuses(t *testing.T) {
	good := unhex(t, specHello)
	for _, tc := range []struct {
		name string
		in   []byte
		want error
		text string
	}{
		{"nothing", nil, ErrShort, "hsrp: too short: 0 bytes, want 20"},
		{"one byte less", good[:19], ErrShort, "hsrp: too short: 19 bytes, want 20"},
		{"version 1", with(good, 0, 1), ErrVersion, "hsrp: wrong version: 1, want 0"},
		{"version 1 of a short one", []byte{1}, ErrVersion, "hsrp: wrong version: 1, want 0"},
		{"advertise", with(good, 1, 3), ErrOpcode, "hsrp: unknown opcode: 3, want 0 to 2"},
		{"opcode 255", with(good, 1, 255), ErrOpcode, "hsrp: unknown opcode: 255, want 0 to 2"},
		{"ordinal as state", with(good, 2, 6), ErrState, "hsrp: unknown state: 6, want 0, 1, 2, 4, 8 or 16"},
		{"two state bits", with(good, 2, 24), ErrState, "hsrp: unknown state: 24, want 0, 1, 2, 4, 8 or 16"},
	} {
		got, err := ParseMessage(tc.in)
		if !errors.Is(err, tc.want) || err.Error() != tc.text {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.text)
		}
		if got != (Message{}) {
			t.Errorf("%s: a rejected message must be zero: got %v", tc.name, got)
		}
	}
}

// TestAppendMessageRefuses checks that values that do not fit the wire are not
// sent.
func TestAppendMessageRefuses(t *testing.T) {
	for _, tc := range []struct {
		name   string
		change func(*Message)
		want   error
	}{
		{"advertise is another type", func(m *Message) { m.Opcode = OpAdvertise }, ErrOpcode},
		{"state 3", func(m *Message) { m.State = 3 }, ErrState},
		{"hello over a byte", func(m *Message) { m.Hello = 256 * time.Second }, ErrTimer},
		{"hello rounded up over a byte", func(m *Message) { m.Hello = 255*time.Second + 1 }, ErrTimer},
		{"negative hold", func(m *Message) { m.Hold = -time.Second }, ErrTimer},
		{"no virtual IP", func(m *Message) { m.VirtualIP = netip.Addr{} }, ErrAddress},
		{"IPv6", func(m *Message) { m.VirtualIP = netip.MustParseAddr("2001:db8::1") }, ErrAddress},
	} {
		m := activeHello()
		tc.change(&m)
		prefix := []byte("kept")
		got, err := m.AppendBinary(prefix)
		if !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
		if string(got) != "kept" {
			t.Errorf("%s: a refused message must append nothing: got %q", tc.name, got)
		}
	}
}

// TestSpecExample is byte-exact in both directions.
func TestSpecExample(t *testing.T) {
	want := unhex(t, specHello)
	got, err := activeHello().MarshalBinary()
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("marshal: got % x, %v, want % x", got, err, want)
	}
	m, err := ParseMessage(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(activeHello(), m, compareAddr); diff != "" {
		t.Errorf("parse: (-want +got)\n%s", diff)
	}
	if got, want := m.String(), "Hello Active prio 100 group 1 vip 10.0.0.100"; got != want {
		t.Errorf("string: got %q, want %q", got, want)
	}
}

// TestMessageRoundTrip walks every opcode and state and the edges of every
// number.
func TestMessageRoundTrip(t *testing.T) {
	states := []State{StateInitial, StateLearn, StateListen, StateSpeak, StateStandby, StateActive}
	for opcode := OpHello; opcode <= OpResign; opcode++ {
		for _, state := range states {
			for _, edge := range []uint8{0, 1, 255} {
				want := activeHello()
				want.Opcode, want.State, want.Priority, want.Group = opcode, state, edge, 255-edge
				want.Hello, want.Hold = time.Duration(edge)*time.Second, 255*time.Second
				b, err := want.MarshalBinary()
				if err != nil {
					t.Fatal(err)
				}
				got, err := ParseMessage(append(b, 0xff)) // trailing bytes are ignored
				if err != nil || got != want {
					t.Errorf("got %v, %v, want %v", got, err, want)
				}
			}
		}
	}
}

// TestTimesRoundUp: the wire has whole seconds; a running timer is never
// advertised as 0 or shorter than it is.
func TestTimesRoundUp(t *testing.T) {
	for _, tc := range []struct {
		time time.Duration
		want byte
	}{
		{0, 0},
		{1, 1},
		{10 * time.Millisecond, 1},
		{time.Second, 1},
		{time.Second + 1, 2},
		{2999 * time.Millisecond, 3},
		{255 * time.Second, 255},
	} {
		m := activeHello()
		m.Hello, m.Hold = tc.time, tc.time
		b, err := m.MarshalBinary()
		if err != nil || b[3] != tc.want || b[4] != tc.want {
			t.Errorf("%s: got % x, %v, want %d", tc.time, b, err, tc.want)
		}
	}
}

// TestAdvertise decodes a frame of the capture and its errors.
func TestAdvertise(t *testing.T) {
	seen := unhex(t, "00 03 00 01 00 0e 02 00 00 00 00 02 00 00 00 00")
	want := Advertise{Type: 1, State: AdvertisePassive, PassiveGroups: 2}
	got, err := ParseAdvertise(seen)
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if b, err := want.MarshalBinary(); err != nil || !bytes.Equal(b, seen) {
		t.Errorf("marshal: got % x, %v, want % x", b, err, seen)
	}
	for _, tc := range []struct {
		in   []byte
		want error
	}{
		{seen[:15], ErrShort},
		{with(seen, 0, 2), ErrVersion},
		{with(seen, 1, 0), ErrOpcode},
	} {
		if got, err := ParseAdvertise(tc.in); !errors.Is(err, tc.want) || got != (Advertise{}) {
			t.Errorf("% x: got %+v, %v, want %v", tc.in, got, err, tc.want)
		}
	}
}

// TestNames: every known code has a name, an unknown one shows its number.
func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		OpHello.String(): "Hello", OpCoup.String(): "Coup", OpResign.String(): "Resign",
		OpAdvertise.String(): "Advertise", Opcode(9).String(): "Opcode(9)",
		StateInitial.String(): "Initial", StateLearn.String(): "Learn", StateListen.String(): "Listen",
		StateSpeak.String(): "Speak", StateStandby.String(): "Standby", StateActive.String(): "Active",
		State(3).String():         "State(3)",
		AdvertiseDormant.String(): "Dormant", AdvertiseState(7).String(): "AdvertiseState(7)",
		ARPReply.String(): "reply", ARPRequest.String(): "request", ARPOp(8).String(): "ARPOp(8)",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
