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
type Digest struct{ frames, events part }

// part is the hash of one part. Most of what is added is short, and hashing it
// in pieces of some KB takes half the time.
type part struct {
	hash    xxhash.Digest
	pending []byte // not yet hashed
}

// enough is how many bytes wait to be hashed, or a few more.
const enough = 2 << 10

// NewDigest returns the digest of a world in which nothing has happened.
func NewDigest() *Digest {
	d := &Digest{}
	d.frames.hash.Reset()
	d.events.hash.Reset()
	return d
}

// AddFrame adds a frame that was delivered at an instant to a port, given by
// its number.
func (d *Digest) AddFrame(at time.Duration, port uint32, data []byte) {
	d.frames.add(at, port, data)
}

// AddEvent adds the encoded form of an event of an instant.
func (d *Digest) AddEvent(at time.Duration, line []byte) { d.events.add(at, 0, line) }

func (p *part) add(at time.Duration, place uint32, data []byte) {
	p.pending = binary.LittleEndian.AppendUint64(p.pending, uint64(at))
	p.pending = binary.LittleEndian.AppendUint32(p.pending, place)
	p.pending = binary.LittleEndian.AppendUint32(p.pending, uint32(len(data)))
	p.pending = append(p.pending, data...)
	if len(p.pending) >= enough {
		p.flush()
	}
}

func (p *part) flush() {
	p.hash.Write(p.pending) // a hash never fails to write
	p.pending = p.pending[:0]
}

func (p *part) sum() uint64 {
	p.flush()
	return p.hash.Sum64()
}

// String returns the digest so far: 16 hexadecimal digits for the frames, a
// hyphen and 16 for the events.
func (d *Digest) String() string {
	return fmt.Sprintf("%016x-%016x", d.frames.sum(), d.events.sum())
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
