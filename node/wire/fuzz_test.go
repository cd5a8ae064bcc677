package wire

import (
	"bytes"
	"testing"
)

// The fuzz targets look for panics and for values that do not survive the way out and back in.

func FuzzParseMessage(f *testing.F) {
	if b, err := activeHello().MarshalBinary(); err == nil {
		f.Add(b)
	}
	if b, err := (Advertise{Type: 1, State: AdvertiseActive, ActiveGroups: 1}).MarshalBinary(); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := ParseAdvertise(b); err == nil {
			again, err := a.MarshalBinary()
			if err != nil {
				t.Fatalf("parsed but does not marshal: %+v: %v", a, err)
			}
			if back, err := ParseAdvertise(again); err != nil || back != a {
				t.Fatalf("got %+v, %v, want %+v", back, err, a)
			}
		}
		m, err := ParseMessage(b)
		if err != nil {
			return
		}
		again, err := m.MarshalBinary()
		if err != nil {
			t.Fatalf("parsed but does not marshal: %v: %v", m, err)
		}
		want := with(b[:MessageSize], 7, 0) // the reserved byte is ignored and sent as 0
		if !bytes.Equal(again, want) {
			t.Fatalf("got % x, want % x", again, want)
		}
	})
}

func FuzzParseFrame(f *testing.F) {
	f.Add(helloFrame(f))
	for _, frame := range capture(f, "testdata/HSRP_failover.pcap") {
		f.Add(frame)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		source, from, m, err := ParseFrame(b)
		if !bytes.Equal(b, before) {
			t.Fatal("a parser must not write into its input")
		}
		if err != nil {
			return
		}
		if !IsHSRP(b) {
			t.Fatal("IsHSRP refuses a frame that parses")
		}
		again, err := AppendFrame(nil, source, from, m)
		if err != nil {
			t.Fatalf("parsed but cannot be sent: %v: %v", m, err)
		}
		source2, from2, m2, err := ParseFrame(again)
		if err != nil || source2 != source || from2 != from || m2 != m {
			t.Fatalf("got %v %v %v, %v, want %v %v %v", source2, from2, m2, err, source, from, m)
		}
	})
}

func FuzzParseARP(f *testing.F) {
	for _, form := range []ARPForm{ARPReply, ARPRequest} {
		if b, err := AppendGratuitousARP(nil, form, vip, memberMAC, VirtualMAC(7)); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseARP(b)
		if err != nil {
			return
		}
		again, err := AppendARP(nil, a)
		if err != nil || !bytes.Equal(again, b[:ARPSize]) {
			t.Fatalf("got % x, %v, want % x", again, err, b[:ARPSize])
		}
	})
}
