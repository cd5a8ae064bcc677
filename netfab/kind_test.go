package netfab

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

// The frames are literal bytes, so that the test does not share the code's
// offsets.
const (
	toRouters  = "01005e000002 020000000001 0800 "
	ipHead     = "45c0 0030 0000 0000 0111 0000 c0000201 e0000002 "
	ipOptions  = "46c0 0034 0000 0000 0111 0000 c0000201 e0000002 94040000 "
	ipLater    = "45c0 0030 0000 0004 0111 0000 c0000201 e0000002 "
	ipReport   = "45c0 0034 0000 0000 0111 0000 c000020b e0000052 "
	udpHead    = "07c1 07c1 001c 0000 "
	hsrpTail   = "10 03 0a 6e 07 00 6369 7363 6f00 0000 c0000264"
	reportHead = "2291 2291 0020 0000 "
	reportTail = "1e c000020b 00000001 00000007 00000000"
	toAll      = "ffffffffffff 020000000001 0806 0001 0800 06 04 "
	tcpFrame   = "020000000002 020000000001 0800 4500 0028 0000 4000 4006 0000 c0000201 c0000202" +
		"0050 c000 00000000 00000000 5010 ffff 0000 0000"
)

func TestKinds(t *testing.T) {
	tests := []struct {
		name, frame string
		want        []Kind // in addition to all
	}{
		{"hello", toRouters + ipHead + udpHead + "00 00" + hsrpTail, []Kind{Hello, Multicast, UDP}},
		{"coup", toRouters + ipHead + udpHead + "00 01" + hsrpTail, []Kind{Coup, Multicast, UDP}},
		{"resign", toRouters + ipHead + udpHead + "00 02" + hsrpTail, []Kind{Resign, Multicast, UDP}},
		{"hello behind IP options", toRouters + ipOptions + udpHead + "00 00" + hsrpTail, []Kind{Hello, Multicast, UDP}},
		{"advertise", toRouters + ipHead + udpHead + "00 03" + hsrpTail, []Kind{Multicast, UDP}},
		{"version 1", toRouters + ipHead + udpHead + "01 00" + hsrpTail, []Kind{Multicast, UDP}},
		{"other port", toRouters + ipHead + "07c1 07c2 001c 0000 00 00" + hsrpTail, []Kind{Multicast, UDP}},
		{"later fragment", toRouters + ipLater + udpHead + "00 00" + hsrpTail, []Kind{Multicast, UDP}},
		{"cut short", toRouters + ipHead + udpHead + "00", []Kind{Multicast, UDP}},
		{"cut in the IP header", toRouters + "45c0 0030 0000", []Kind{Multicast}},
		{"IP options beyond the end", toRouters + "4fc0" + ipHead[4:] + "07c1", []Kind{Multicast}},
		{"header length below 20", toRouters + "44c0" + ipHead[4:] + udpHead, []Kind{Multicast}},
		{"report", toRouters + ipReport + reportHead + "43505342 02 01 01" + reportTail, []Kind{Report, Multicast, UDP}},
		{"request for connections", toRouters + ipReport + reportHead + "43505342 02 01 02" + reportTail, []Kind{Multicast, UDP}},
		{"report of another program", toRouters + ipReport + reportHead + "43505343 02 01 01" + reportTail, []Kind{Multicast, UDP}},
		{"report to another port", toRouters + ipReport + "2291 2292 0020 0000 43505342 02 01 01" + reportTail, []Kind{Multicast, UDP}},
		{"report cut short", toRouters + ipReport + reportHead + "43505342 02 01 01 1e", []Kind{Multicast, UDP}},
		{"gratuitous reply", toAll + "0002 020000000001 c0000264 020000000001 c0000264", []Kind{GARP, ARP}},
		{"gratuitous request", toAll + "0001 020000000001 c0000264 000000000000 c0000264", []Kind{GARP, ARP}},
		{"who-has", toAll + "0001 020000000001 c0000201 000000000000 c0000264", []Kind{ARP}},
		{"probe", toAll + "0001 020000000001 00000000 000000000000 00000000", []Kind{ARP}},
		{"short ARP", toAll + "0001", []Kind{ARP}},
		{"tcp", tcpFrame, []Kind{TCP}},
		{"unknown type", "020000000002 020000000001 88b5 00", nil},
		{"no header", "020000000002 0200", nil},
		{"nothing", "", nil},
	}
	for _, tt := range tests {
		frame, err := hex.DecodeString(strings.ReplaceAll(tt.frame, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range Kinds() {
			if got, want := k.Matches(frame), k == All || slices.Contains(tt.want, k); got != want {
				t.Errorf("%s: is %s: %v, want %v", tt.name, k, got, want)
			}
		}
	}
	if Kind("icmp").Valid() || Kind("").Valid() || !GARP.Valid() {
		t.Error("Valid does not know the kinds")
	}
}

// FuzzFrame: no input makes a classifier or the snooping switch read out of
// bounds, and narrower kinds imply wider ones.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{toRouters + ipHead + udpHead + "00 00" + hsrpTail, toRouters + ipReport + reportHead + "43505342 02 01 01" + reportTail, tcpFrame, toAll + "0001",
		"01005e000016 020000000001 0800 46c0 0028 0000 0000 0102 0000 c0000201 e0000016 94040000 2200 0000 0000 0001 0400 0000 ef010101"} {
		b, err := hex.DecodeString(strings.ReplaceAll(seed, " ", ""))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		for narrow, wide := range map[Kind]Kind{Hello: UDP, Coup: UDP, Resign: UDP, Report: UDP, GARP: ARP} {
			if narrow.Matches(frame) && !wide.Matches(frame) {
				t.Errorf("%x is %s but not %s", frame, narrow, wide)
			}
		}
		if UDP.Matches(frame) && TCP.Matches(frame) {
			t.Errorf("%x is of two protocols", frame)
		}
		var g groups
		g.snoop(0, &Port{}, frame)
		if len(g.members) > len(frame)/8 {
			t.Errorf("%x: %d members out of %d bytes", frame, len(g.members), len(frame))
		}
	})
}
