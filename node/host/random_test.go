package host

import (
	"encoding/hex"
	"testing"

	"gvisor.dev/gvisor/pkg/rand"

	"github.com/cablepull/cablepull/sim"
)

// TestRandomNumbersOnAnyMachine pins the numbers that gVisor reads: they are
// the same whatever the byte order of the machine, and so are ports, frames and
// digests.
func TestRandomNumbersOnAnyMachine(t *testing.T) {
	source := &randomSource{Rand: sim.Stream(1, "host/a/boot/1")}
	words := rand.RNGFrom(source)
	if got, want := words.Uint16(), uint16(0xc637); got != want {
		t.Errorf("16 bits: got %#x, want %#x", got, want)
	}
	if got, want := words.Uint32(), uint32(0x18a04ab8); got != want {
		t.Errorf("32 bits: got %#x, want %#x", got, want)
	}
	if got, want := words.Uint64(), uint64(0x11ad3ed0ca0ba690); got != want {
		t.Errorf("64 bits: got %#x, want %#x", got, want)
	}
	secret := make([]byte, 16)
	if _, err := source.Read(secret); err != nil {
		t.Fatal(err)
	}
	if got, want := hex.EncodeToString(secret), "9e639e084b815cd51502db5d03e1a90b"; got != want {
		t.Errorf("bytes: got %s, want %s", got, want)
	}
}
