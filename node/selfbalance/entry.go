package selfbalance

import "time"

// Entry is a connection in a Table. It has 32 bytes, so that two of them fill a
// cache line, and none lies in two.
type Entry struct {
	flow    Flow
	slot    Slot
	state   State
	service uint16
	due     time.Duration
	packets uint32
	place   uint32 // its own, 0 if it is free
}

// Flow returns the connection's addresses and ports.
func (e *Entry) Flow() Flow { return e.flow }

// Slot returns the member at which the connection ends.
func (e *Entry) Slot() Slot { return e.slot }

// State returns the connection's state.
func (e *Entry) State() State { return e.state }

// Packets counts the segments that were noted.
func (e *Entry) Packets() uint32 { return e.packets }

// Service returns the number that the connection was added with.
func (e *Entry) Service() int { return int(e.service) }

// Due is when the connection's timer ends, unless another segment comes.
func (e *Entry) Due() time.Duration { return e.due }

// link joins an entry to its neighbours in the queue of its state. Of a free
// entry, next is the next free one.
type link struct{ next, prev uint32 }

// chunkLength is the number of entries that a table allocates at a time.
const chunkLength = 1 << 10

// chunk is a part of a table's memory. Entries never move, and the links are
// apart from them: most segments need none.
type chunk struct {
	entries [chunkLength]Entry
	links   [chunkLength]link
}

// slab holds entries by place. Place 0 is never used: it means none.
type slab struct {
	chunks []*chunk
	used   uint32 // places below have been used
	free   uint32 // the first place that is free again
}

func (s *slab) entry(place uint32) *Entry {
	return &s.chunks[place/chunkLength].entries[place%chunkLength]
}

func (s *slab) link(place uint32) *link {
	return &s.chunks[place/chunkLength].links[place%chunkLength]
}

// take returns an entry that is free; only its place is set.
func (s *slab) take() *Entry {
	place := s.free
	if place != 0 {
		s.free = s.link(place).next
	} else {
		place = max(s.used, 1)
		s.used = place + 1
		if int(place/chunkLength) == len(s.chunks) {
			s.chunks = append(s.chunks, new(chunk))
		}
	}
	e := s.entry(place)
	*e = Entry{place: place}
	return e
}

// give returns an entry that no queue and no index has any more.
func (s *slab) give(e *Entry) {
	s.link(e.place).next = s.free
	s.free = e.place
	e.place = 0
}

// clear frees all entries and keeps the memory.
func (s *slab) clear() { s.used, s.free = 0, 0 }

// queue is the entries of one state, the one that was idle longest first. It is
// in order of the seconds of their last segments: within a second, segments
// after the first do not move an entry, which saves most of the work of a busy
// table.
type queue struct{ first, last uint32 }

func (q *queue) push(s *slab, place uint32) {
	*s.link(place) = link{prev: q.last}
	if q.last != 0 {
		s.link(q.last).next = place
	} else {
		q.first = place
	}
	q.last = place
}

func (q *queue) cut(s *slab, place uint32) {
	l := *s.link(place)
	if l.prev != 0 {
		s.link(l.prev).next = l.next
	} else {
		q.first = l.next
	}
	if l.next != 0 {
		s.link(l.next).prev = l.prev
	} else {
		q.last = l.prev
	}
}
