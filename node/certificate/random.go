package certificate

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/cablepull/cablepull/sim"
)

// random is a stream as crypto/tls reads it.
type random struct{ *rand.Rand }

// Read implements io.Reader. Package crypto reads one byte or none, at random,
// so that nobody relies on the sequence (randutil.MaybeReadByte). We do: a read
// of one byte does not advance the stream.
func (r random) Read(b []byte) (int, error) {
	if len(b) == 1 {
		b[0] = 0
		return 1, nil
	}
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return len(b), nil
}

// ErrNotRepeatable is returned by Check. Its text says how to mend it.
var ErrNotRepeatable = errors.New("TLS would use random numbers of the system, and no run could be repeated: " +
	"add the line `godebug cryptocustomrand=1` to the go.mod of the main module, and do not set it otherwise in GODEBUG")

// Check returns an error if connections made by this process would not depend
// on the seed alone: since Go 1.26, package crypto ignores our random numbers
// unless a setting of the program's main module says otherwise.
func Check() error {
	var keys [2][]byte
	for i := range keys {
		key, err := ecdh.X25519().GenerateKey(random{sim.Stream(1, "certificate/check")})
		if err != nil {
			return fmt.Errorf("certificate: check: %w", err)
		}
		keys[i] = key.Bytes()
	}
	if !bytes.Equal(keys[0], keys[1]) {
		return fmt.Errorf("certificate: check: %w", ErrNotRepeatable)
	}
	return nil
}
