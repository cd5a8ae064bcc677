package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
)

// TestDatagram: what AppendHeaders and SealDatagram make of a payload, as
// literal bytes.
func TestDatagram(t *testing.T) {
	d := Datagram{Source: memberMAC, Destination: MAC{2, 0, 0, 0, 0, 0x0b}, From: netip.AddrPortFrom(memberIP, 1985), To: netip.AddrPortFrom(vip, 1986)}
	frame, err := d.AppendHeaders([]byte("kept"))
	if err != nil || string(frame[:4]) != "kept" {
		t.Fatalf("got %q, %v", frame, err)
	}
	frame = append(frame[4:], 0xde, 0xad, 0xbe, 0xef)
	SealDatagram(frame)
	want := unhex(t, ethHead+"45 c0 00 20 00 00 00 00 01 11 34 9e c0 00 02 0b c0 00 02 64 07 c1 07 c2 00 0c ce 45 de ad be ef")
	if !bytes.Equal(frame, want) {
		t.Errorf("got  % x\nwant % x", frame, want)
	}
	if payload, err := ParseDatagram(append(frame, 0, 0)); err != nil || !bytes.Equal(payload, frame[len(frame)-4:]) {
		t.Errorf("got % x, %v", payload, err)
	}
	d.To = netip.AddrPort{}
	if got, err := d.AppendHeaders([]byte("kept")); !errors.Is(err, ErrAddress) || string(got) != "kept" {
		t.Errorf("to nobody: got %q, %v, want %v", got, err, ErrAddress)
	}
	// A sum of 0 means "no checksum", so the other form of 0 is sent: here the
	// payload is what the sum was without it.
	const sum = EthernetSize + IPv4Size + 6
	zero, err := Datagram{Source: memberMAC, Destination: memberMAC, From: d.From, To: d.From}.AppendHeaders(nil)
	if err != nil {
		t.Fatal(err)
	}
	without := append(bytes.Clone(zero), 0, 0)
	SealDatagram(without)
	zero = append(zero, without[sum:sum+2]...)
	SealDatagram(zero)
	if zero[sum] != 0xff || zero[sum+1] != 0xff {
		t.Errorf("a sum of zero: got % x", zero)
	}
	if _, err := ParseDatagram(zero); err != nil {
		t.Errorf("a sum of zero: %v", err)
	}
}

func TestParseDatagramRefuses(t *testing.T) {
	good := helloFrame(t)
	const ip, udp = EthernetSize, EthernetSize + IPv4Size
	for _, tc := range []struct {
		name  string
		frame []byte
		want  error
	}{
		{"nothing", nil, ErrNotUDP},
		{"TCP", unhex(t, tcpFrame), ErrNotUDP},
		{"later fragment", reseal(with(good, ip+7, 1)), ErrNotUDP},
		{"first fragment", reseal(with(good, ip+6, 0x20)), ErrNotUDP},
		{"cut", good[:len(good)-1], ErrShort},
		{"IP length under its headers", reseal(with(good, ip+3, 27)), ErrShort},
		{"UDP length over IP's", reseal(with(good, udp+5, 29)), ErrShort},
		{"UDP length under its header", reseal(with(good, udp+5, 7)), ErrShort},
		{"IP header flipped", with(good, ip+8, 2), ErrChecksum},
		{"payload flipped", with(good, len(good)-1, 1), ErrChecksum},
	} {
		if payload, err := ParseDatagram(tc.frame); !errors.Is(err, tc.want) || payload != nil {
			t.Errorf("%s: got % x, %v, want %v", tc.name, payload, err, tc.want)
		}
	}
}
