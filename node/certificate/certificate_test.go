package certificate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim"
)

// TestNew: a certificate depends on seed and name only, on any machine.
func TestNew(t *testing.T) {
	made := func(seed uint64, name string) string {
		c, err := New(sim.New(seed), name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(c.own.Certificate[0])
		return hex.EncodeToString(sum[:8])
	}
	const want = "6d47baec86bbf8e3"
	if got := made(1, "web"); got != want {
		t.Errorf("seed 1, web: got %s, want %s", got, want)
	}
	if made(2, "web") == want || made(1, "web-2") == want {
		t.Error("another seed or another name gives the same certificate")
	}
}

// TestCheck: it passes in programs of this module, and refuses where the
// setting is missing, with the line to add.
func TestCheck(t *testing.T) {
	if err := Check(); err != nil {
		t.Errorf("with the setting: got %v", err)
	}
	t.Setenv("GODEBUG", "cryptocustomrand=0")
	if err := Check(); !errors.Is(err, ErrNotRepeatable) || !strings.Contains(err.Error(), "`godebug cryptocustomrand=1` to the go.mod") {
		t.Errorf("without the setting: got %v, want %v", err, ErrNotRepeatable)
	}
}

// TestReadOfOneByte: it does not advance the stream.
func TestReadOfOneByte(t *testing.T) {
	read := func(single bool) string {
		r := random{sim.Stream(1, "test")}
		if single {
			r.Read(make([]byte, 1))
		}
		b := make([]byte, 16)
		r.Read(b)
		return string(b)
	}
	if read(true) != read(false) {
		t.Error("16 bytes differ after a read of one byte, want the same")
	}
}
