package sim

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Digest is a running hash over what happened and when. Two runs with equal
// digests delivered the same frames and logged the same events at the same
// instants, in the same order.
type Digest struct{ hash xxhash.Digest }

// NewDigest returns the digest of a world in which nothing has happened.
func NewDigest() *Digest {
	d := &Digest{}
	d.hash.Reset()
	return d
}

// Add takes in one thing that happened: at the instant, at the place (a port's
// number, say), with the content data.
func (d *Digest) Add(at time.Duration, place uint32, data []byte) {
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:], uint64(at))
	binary.LittleEndian.PutUint32(head[8:], place)
	binary.LittleEndian.PutUint32(head[12:], uint32(len(data)))
	d.hash.Write(head[:]) // a hash never fails to write
	d.hash.Write(data)
}

// String returns the digest so far, 16 hexadecimal digits.
func (d *Digest) String() string { return fmt.Sprintf("%016x", d.hash.Sum64()) }
