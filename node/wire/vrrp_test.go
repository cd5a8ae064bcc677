package wire

import (
	"errors"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// Frames as keepalived 2.2.7 sends them, group 51, priority 150, for
// 192.0.2.100: version 2 with an interval of 1 s, and version 3 with one of 10
// ms.
const (
	vrrp2 = "01 00 5e 00 00 12 02 00 00 00 00 01 08 00" +
		"45 c0 00 28 00 01 00 00 ff 70 19 46 c0 00 02 0b e0 00 00 12" +
		"21 33 96 01 00 01 85 1a c0 00 02 64 00 00 00 00 00 00 00 00"
	vrrp3 = "01 00 5e 00 00 12 02 00 00 00 00 01 08 00" +
		"45 c0 00 20 00 01 00 00 ff 70 19 4e c0 00 02 0b e0 00 00 12" +
		"31 33 96 01 00 01 3e 2e c0 00 02 64"
)

func TestParseVRRP(t *testing.T) {
	for _, tc := range []struct {
		bytes string
		want  VRRP
	}{
		{vrrp2, VRRP{Version: 2, Interval: time.Second}},
		{vrrp3, VRRP{Version: 3, Interval: 10 * time.Millisecond}},
	} {
		got, err := ParseVRRP(append(unhex(t, tc.bytes), 0, 0)) // as a card pads it
		if err != nil {
			t.Fatal(err)
		}
		from := netip.MustParseAddr("192.0.2.11")
		if got.Version != tc.want.Version || got.Interval != tc.want.Interval || got.From != from || got.Group != 51 ||
			got.Priority != 150 || got.Resigns() || !slices.Equal(got.VirtualIPs, []netip.Addr{vip}) {
			t.Errorf("got %+v, want version %d, each %v", got, tc.want.Version, tc.want.Interval)
		}
	}
	frame := unhex(t, vrrp3)
	frame[EthernetSize+IPv4Size+2] = 0
	if got, err := ParseVRRP(frame); err != nil || !got.Resigns() {
		t.Errorf("priority 0: got %+v, %v, want a resignation", got, err)
	}
}

func TestParseVRRPRefuses(t *testing.T) {
	change := func(at int, to byte) []byte {
		frame := unhex(t, vrrp3)
		frame[at] = to
		return frame
	}
	const message = EthernetSize + IPv4Size
	for _, tc := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"no bytes", nil, ErrNotVRRP},
		{"another protocol", change(EthernetSize+9, 17), ErrNotVRRP},
		{"another EtherType", change(13, 6), ErrNotVRRP},
		{"version 4", change(message, 0x41), ErrVersion},
		{"a type that is not known", change(message, 0x32), ErrNotVRRP},
		{"more addresses than bytes", change(message+3, 2), ErrShort},
		{"IP longer than the frame", change(EthernetSize+3, 0xff), ErrShort},
		{"IP too short", change(EthernetSize+3, IPv4Size), ErrShort},
		{"IP version 6", change(EthernetSize, 0x65), ErrNotVRRP},
	} {
		if _, err := ParseVRRP(tc.frame); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v, want %v", tc.name, err, tc.want)
		}
	}
}

func FuzzParseVRRP(f *testing.F) {
	for _, seed := range []string{vrrp2, vrrp3} {
		f.Add(unhex(f, seed))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		defer bounded(t, len(frame))()
		if v, err := ParseVRRP(frame); err == nil && (v.Version != 2 && v.Version != 3 || len(v.VirtualIPs) > 255) {
			t.Errorf("got %+v", v)
		}
	})
}
