package sim

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
)

// Digest is a running hash over what happened and when, in two parts: frames
// and events. Two runs with equal digests delivered the same frames and logged
// the same events at the same instants, each in the same order. A change of the
// log's wording changes only the second part, a change of behaviour the first.
type Digest struct{ frames, events xxhash.Digest }

// NewDigest returns the digest of a world in which nothing has happened.
func NewDigest() *Digest {
	d := &Digest{}
	d.frames.Reset()
	d.events.Reset()
	return d
}

// AddFrame adds a frame that was delivered at an instant to a port, given by
// its number.
func (d *Digest) AddFrame(at time.Duration, port uint32, data []byte) {
	add(&d.frames, at, port, data)
}

// AddEvent adds the encoded form of an event of an instant.
func (d *Digest) AddEvent(at time.Duration, line []byte) { add(&d.events, at, 0, line) }

func add(hash *xxhash.Digest, at time.Duration, place uint32, data []byte) {
	var head [16]byte
	binary.LittleEndian.PutUint64(head[:], uint64(at))
	binary.LittleEndian.PutUint32(head[8:], place)
	binary.LittleEndian.PutUint32(head[12:], uint32(len(data)))
	hash.Write(head[:]) // a hash never fails to write
	hash.Write(data)
}

// String returns the digest so far: 16 hexadecimal digits for the frames, a
// hyphen and 16 for the events.
func (d *Digest) String() string {
	return fmt.Sprintf("%016x-%016x", d.frames.Sum64(), d.events.Sum64())
}

// DigestDifference returns which parts of two printed digests differ: "frames",
// "events", "frames and events", or nothing if they are equal.
func DigestDifference(a, b string) string {
	aFrames, aEvents, _ := strings.Cut(a, "-")
	bFrames, bEvents, _ := strings.Cut(b, "-")
	switch {
	case aFrames != bFrames && aEvents != bEvents:
		return "frames and events"
	case aFrames != bFrames:
		return "frames"
	case aEvents != bEvents:
		return "events"
	}
	return ""
}
