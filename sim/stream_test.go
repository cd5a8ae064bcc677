package sim

import (
	"testing"
)

// TestStreamIsPinned compares a stream with literal numbers: a change of the
// hash or the generator would change every recorded run.
func TestStreamIsPinned(t *testing.T) {
	for _, tc := range []struct {
		seed uint64
		name string
		want [3]uint64
	}{
		{0, "", [3]uint64{0x2b89591879b96e8a, 0xa23fd88234a3a225, 0xdc1028ea326af652}},
		{7, "link/a~lan/loss", [3]uint64{0x3b695a8e11c84be7, 0x25e540aa949cd2fb, 0x503dc07d843936ac}},
		{7, "link/b~lan/loss", [3]uint64{0x4c86d14a57d60e0c, 0xda4f405b6113b6cb, 0x52271d82933eb784}},
		{8, "link/a~lan/loss", [3]uint64{0xf9e5796765224ef6, 0xf653bfdcf7b76c64, 0x6171340607eac0e1}},
	} {
		stream := New(tc.seed).Stream(tc.name)
		got := [3]uint64{stream.Uint64(), stream.Uint64(), stream.Uint64()}
		if got != tc.want {
			t.Errorf("Stream(%d, %q): got %#x, want %#x", tc.seed, tc.name, got, tc.want)
		}
	}
}

// TestStreamsAreIndependent: draws of one consumer do not affect another.
func TestStreamsAreIndependent(t *testing.T) {
	loop := New(7)
	a, b := loop.Stream("a"), loop.Stream("b")
	for range 100 {
		b.Uint64()
	}
	if got, want := a.Uint64(), Stream(7, "a").Uint64(); got != want {
		t.Errorf("stream a after draws from b: got %#x, want %#x", got, want)
	}
	if a.Uint64() == Stream(7, "a").Uint64() {
		t.Error("two draws of one stream are equal")
	}
}
