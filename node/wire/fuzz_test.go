package wire

import (
	"bytes"
	"runtime/metrics"
	"testing"
)

// The fuzz targets look for panics, for values that do not survive marshalling
// and parsing, and for input that allocates too much memory for its size.

// allocated is how many bytes the process has allocated so far, give or take
// the allocator's per-processor caches.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// bounded is deferred by a fuzz target: an input may allocate at most 1 MiB
// plus sixteen times its size.
func bounded(t *testing.T, size int) (check func()) {
	before := allocated()
	return func() {
		if used, most := allocated()-before, uint64(1<<20+16*size); used > most {
			t.Errorf("allocated %d bytes for an input of %d, want at most %d", used, size, most)
		}
	}
}

func FuzzParseMessage(f *testing.F) {
	if b, err := activeHello().MarshalBinary(); err == nil {
		f.Add(b)
	}
	if b, err := (Advertise{Type: 1, State: AdvertiseActive, ActiveGroups: 1}).MarshalBinary(); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		defer bounded(t, len(b))()
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
	f.Add(advertiseFrame(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		defer bounded(t, len(b))()
		before := bytes.Clone(b)
		if source, from, a, err := ParseAdvertiseFrame(b); err == nil {
			again, err := AppendAdvertiseFrame(nil, source, from, a)
			if err != nil {
				t.Fatalf("parsed but cannot be sent: %v: %v", a, err)
			}
			if _, _, back, err := ParseAdvertiseFrame(again); err != nil || back != a {
				t.Fatalf("got %v, %v, want %v", back, err, a)
			}
		}
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
		defer bounded(t, len(b))()
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
