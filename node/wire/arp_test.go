package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
)

// TestGratuitousARPBytes is byte-exact for both forms, in MAC takeover (the
// virtual MAC everywhere).
func TestGratuitousARPBytes(t *testing.T) {
	for _, tc := range []struct {
		form ARPForm
		want string
	}{
		{ARPReply, "ff ff ff ff ff ff 00 00 0c 07 ac 07 08 06" +
			"00 01 08 00 06 04 00 02 00 00 0c 07 ac 07 c0 00 02 64 ff ff ff ff ff ff c0 00 02 64"},
		{ARPRequest, "ff ff ff ff ff ff 00 00 0c 07 ac 07 08 06" +
			"00 01 08 00 06 04 00 01 00 00 0c 07 ac 07 c0 00 02 64 00 00 00 00 00 00 c0 00 02 64"},
	} {
		got, err := AppendGratuitousARP(nil, tc.form, vip, VirtualMAC(7), VirtualMAC(7))
		if want := unhex(t, tc.want); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got % x, %v, want % x", tc.form, got, err, want)
		}
		parsed, err := ParseARP(append(got, make([]byte, 18)...)) // as a card pads it
		if err != nil || parsed != GratuitousARP(tc.form, vip, VirtualMAC(7), VirtualMAC(7)) || !parsed.IsGratuitous() {
			t.Errorf("%s: got %+v, %v", tc.form, parsed, err)
		}
	}
}

// TestARPRoundTrip: an ordinary request and reply with four different hardware
// addresses.
func TestARPRoundTrip(t *testing.T) {
	for _, want := range []ARP{
		{Source: memberMAC, Destination: Broadcast, Op: ARPRequestOp, SenderMAC: memberMAC, SenderIP: memberIP, TargetIP: vip},
		{
			Source: memberMAC, Destination: MAC{2, 0, 0, 0, 0, 1}, Op: ARPReplyOp,
			SenderMAC: VirtualMAC(7), SenderIP: vip, TargetMAC: MAC{2, 0, 0, 0, 0, 1}, TargetIP: memberIP,
		},
	} {
		frame, err := AppendARP([]byte{}, want)
		if err != nil || len(frame) != ARPSize {
			t.Fatalf("got %d bytes, %v, want %d", len(frame), err, ARPSize)
		}
		if got, err := ParseARP(frame); err != nil || got != want || got.IsGratuitous() {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
}

func TestARPRefuses(t *testing.T) {
	good, err := AppendGratuitousARP(nil, ARPReply, vip, memberMAC, memberMAC)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"nothing", nil, ErrNotARP},
		{"IPv4", with(good, 13, 0), ErrNotARP},
		{"one byte less", good[:ARPSize-1], ErrShort},
		{"token ring", with(good, EthernetSize+1, 6), ErrNotARP},
		{"protocol IPv6", with(good, EthernetSize+2, 0x86), ErrNotARP},
		{"hardware length 8", with(good, EthernetSize+4, 8), ErrNotARP},
		{"protocol length 16", with(good, EthernetSize+5, 16), ErrNotARP},
	} {
		if got, err := ParseARP(tc.frame); !errors.Is(err, tc.want) || got != (ARP{}) {
			t.Errorf("%s: got %+v, %v, want %v", tc.name, got, err, tc.want)
		}
	}
	six := netip.MustParseAddr("2001:db8::1")
	for _, a := range []ARP{{SenderIP: six, TargetIP: vip}, {SenderIP: vip, TargetIP: six}, {}} {
		if got, err := AppendARP([]byte("kept"), a); !errors.Is(err, ErrAddress) || string(got) != "kept" {
			t.Errorf("%+v: got %q, %v, want ErrAddress", a, got, err)
		}
	}
}
