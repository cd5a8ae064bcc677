package netfab

// Frame is an Ethernet frame without its checksum. Its bytes may be written
// until it is sent; from then on all receivers share them. It is reference
// counted: to keep it beyond a call, call Retain; the last Release returns it
// to the fabric's pool. Like the rest of the fabric, the count must only be
// used on the loop.
type Frame struct {
	data    []byte
	refs    int32
	damaged bool
	pool    *framePool
}

// Data returns the bytes, beginning with the destination address.
func (f *Frame) Data() []byte { return f.data }

// Damaged reports whether an impairment flipped bits in transit.
func (f *Frame) Damaged() bool { return f.damaged }

// Retain adds a reference: the frame stays valid until one more Release.
func (f *Frame) Retain() { f.refs++ }

// Release drops one reference. After the last one the bytes are reused.
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

// framePool keeps free frames of one capacity.
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

// frameStore allocates frames. Acknowledgements, hellos and ARP packets are
// small and frequent, most others at most full size; larger frames are not
// pooled.
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
