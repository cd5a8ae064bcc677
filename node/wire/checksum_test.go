package wire

import (
	"math/rand/v2"
	"testing"
)

// TestChecksumAddsWords: the sum is that of RFC 1071, word by word, of any
// length and in any pieces.
func TestChecksumAddsWords(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for size := range 200 {
		b := make([]byte, size)
		for i := range b {
			b[i] = byte(random.Uint32()) | byte(size%2*0xff) // every other one has carries only
		}
		want := uint32(0)
		for i, x := range b {
			want += uint32(x) << (8 * (1 - i%2))
			want = want&0xffff + want>>16
		}
		first := size / 2 &^ 1
		if got := checksum(0).add(b[:first]).add(b[first:]).sum(); got != ^uint16(want) {
			t.Errorf("%d bytes: got %04x, want %04x", size, got, ^uint16(want))
		}
	}
	if got := checksum(0).add(make([]byte, 20)).sum(); got != 0xffff {
		t.Errorf("zeros: got %04x, want ffff", got)
	}
}
