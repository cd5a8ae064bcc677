package host

import (
	"encoding/binary"
	"math/rand"
	randv2 "math/rand/v2"
)

// randomSource serves both of gVisor's interfaces from one stream.
type randomSource struct{ *randv2.Rand }

// Int63 implements math/rand.Source.
func (s *randomSource) Int63() int64 { return s.Int64() }

// Seed implements math/rand.Source; the stream is already seeded.
func (s *randomSource) Seed(int64) {}

// Read implements io.Reader. gVisor reads its random numbers, such as that of a
// client's port, as words in the byte order of the machine. So a word is
// returned in that order: the number is the same on every machine.
func (s *randomSource) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(s.Uint32())
	}
	switch len(p) {
	case 2:
		binary.NativeEndian.PutUint16(p, binary.LittleEndian.Uint16(p))
	case 4:
		binary.NativeEndian.PutUint32(p, binary.LittleEndian.Uint32(p))
	case 8:
		binary.NativeEndian.PutUint64(p, binary.LittleEndian.Uint64(p))
	}
	return len(p), nil
}

var _ rand.Source = (*randomSource)(nil)
