package netfab

// Frame is an Ethernet frame without its checksum. Its bytes may be written
// until it is sent; from then on all receivers share them. It is counted:
// whoever keeps it beyond a call retains it, and the last Release gives it back
// to the fabric's pool. The count belongs to the loop, as all of the fabric.
type Frame struct {
	data    []byte
	refs    int32
	damaged bool
	pool    *framePool
}

// Data returns the bytes, beginning with the destination address.
func (f *Frame) Data() []byte { return f.data }

// Damaged reports whether an impairment flipped bits on the way.
func (f *Frame) Damaged() bool { return f.damaged }

// Retain adds a reference: the frame stays valid until one more Release.
func (f *Frame) Retain() { f.refs++ }

// Release gives one reference back. After the last one the bytes are reused.
func (f *Frame) Release() {
	f.refs--
	if f.refs > 0 {
		return
	}
	if f.refs < 0 {
		panic("netfab: frame released more often than retained")
	}
	if f.pool != nil {
		f.pool.free = append(f.pool.free, f)
	}
}

// framePool keeps the frames of one capacity.
type framePool struct {
	size int
	free []*Frame
}

func (p *framePool) get(size int) *Frame {
	var f *Frame
	if n := len(p.free); n > 0 {
		f, p.free = p.free[n-1], p.free[:n-1]
	} else {
		f = &Frame{data: make([]byte, p.size), pool: p}
	}
	f.data, f.refs, f.damaged = f.data[:size], 1, false
	return f
}

// frameStore hands out frames. Acknowledgements, hellos and ARP packets are
// small and many, the rest is at most a full frame; what is larger is not kept.
type frameStore struct{ small, full framePool }

func newFrameStore() frameStore {
	return frameStore{small: framePool{size: 128}, full: framePool{size: 1536}}
}

func (s *frameStore) get(size int) *Frame {
	switch {
	case size <= s.small.size:
		return s.small.get(size)
	case size <= s.full.size:
		return s.full.get(size)
	}
	return &Frame{data: make([]byte, size), refs: 1}
}

// copyOf returns a frame of the store with the same bytes and one reference.
func (s *frameStore) copyOf(f *Frame) *Frame {
	c := s.get(len(f.data))
	copy(c.data, f.data)
	c.damaged = f.damaged
	return c
}
