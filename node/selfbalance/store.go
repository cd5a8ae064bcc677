package selfbalance

import (
	"encoding/binary"
	"math/bits"
)

// store is the memory of a Table: a hash table with open addressing and linear
// probing, at most two of three entries used. Each entry is also in the queue
// of its state.
//
// A segment should cost one access to memory that no cache has, few
// instructions and no branch that the processor cannot foresee: then the memory
// works for several segments at once. So the entries themselves are in the
// table, and a search compares eight tags at once and looks at one entry.
//
// The place of an entry is 1 + its position, so that 0 means none. It changes
// when the store grows, and when an entry before it is removed.
type store struct {
	homes   uint64 // positions where a search can begin; some more follow them
	entries []Entry
	tags    []byte // by position, 0 is empty; eight empty ones follow
	links   []link // by position; apart, because most segments need none
	queues  [stateCount]queue
	length  int // entries in use
}

// link joins an entry to its neighbours in the queue of its state.
type link struct{ next, prev uint32 }

// queue is the entries of one state, the one that was idle longest first. It is
// in the order of the spans of their last segments, see span, which saves most
// of the work when many pass.
type queue struct{ first, last uint32 }

const (
	homesMin = 16
	spareMin = 256 // of stores with as many homes

	tagCount  = 8    // in a word
	tagUsed   = 0x80 // in each tag that is not empty
	everyTag  = 0x0101010101010101
	everyUsed = everyTag * tagUsed
)

// home is where the search for a connection begins. It grows with the hash, so
// that any number of homes is possible.
func (s *store) home(hash uint64) int {
	high, _ := bits.Mul64(hash, s.homes)
	return int(high)
}

// tagOf tells most connections in neighbouring positions apart.
func tagOf(hash uint64) byte { return byte(hash) | tagUsed }

// entry returns the entry at a place.
func (s *store) entry(place uint32) *Entry { return &s.entries[place-1] }

// find returns the entry of a connection, nil if there is none.
func (s *store) find(k Key) *Entry {
	h := k.hash()
	i := s.home(h)
	word := binary.LittleEndian.Uint64(s.tags[i:])
	differ := word ^ everyTag*uint64(tagOf(h))
	if same := (differ - everyTag) &^ differ & everyUsed; same != 0 {
		e := &s.entries[i+bits.TrailingZeros64(same)/8]
		if e.key() == k {
			return e
		}
	} else if ^word&everyUsed != 0 {
		return nil
	}
	for ; s.tags[i] != 0; i++ {
		if e := &s.entries[i]; e.key() == k {
			return e
		}
	}
	return nil
}

// add adds an entry that the store does not have, and puts it last into the
// queue of its state. The store grows no further than limit entries require.
func (s *store) add(e Entry, limit int) *Entry {
	if homes := int(s.homes); s.length >= homes/3*2 {
		s.resize(max(min(homes/2*3, limit/2*3+6), homes+6), s.spare())
	}
	place := s.put(e)
	for place == 0 {
		s.resize(int(s.homes), 2*s.spare())
		place = s.put(e)
	}
	s.length++
	s.push(s.entry(place))
	return s.entry(place)
}

// put returns the place to which it has copied an entry, 0 if there is none
// between its home and the end.
func (s *store) put(e Entry) uint32 {
	h := e.key().hash()
	i := s.home(h)
	for ; i < len(s.entries); i++ {
		if s.tags[i] == 0 {
			s.tags[i] = tagOf(h)
			s.entries[i] = e
			s.entries[i].place = uint32(i + 1)
			return uint32(i + 1)
		}
	}
	return 0
}

// newStore returns an empty store.
func newStore(homes, spare int) store {
	size := homes + spare
	return store{
		homes:   uint64(homes),
		entries: make([]Entry, size),
		tags:    make([]byte, size+tagCount),
		links:   make([]link, size),
	}
}

// spare is the number of positions after the last home.
func (s *store) spare() int { return len(s.entries) - int(s.homes) }

// resize moves all entries to larger memory, in the order of their positions,
// which is nearly that of their new ones.
func (s *store) resize(homes, spare int) {
	spare = max(spare, min(homes, spareMin))
	larger := newStore(homes, spare)
	for i := range s.entries {
		if s.tags[i] == 0 {
			continue
		}
		place := larger.put(s.entries[i])
		if place == 0 {
			s.resize(homes, 2*spare)
			return
		}
		s.entries[i].place = place
	}
	moved := func(place uint32) uint32 {
		if place == 0 {
			return 0
		}
		return s.entry(place).place
	}
	for i, l := range s.links {
		if s.tags[i] != 0 {
			larger.links[s.entries[i].place-1] = link{moved(l.next), moved(l.prev)}
		}
	}
	for state, q := range s.queues {
		larger.queues[state] = queue{moved(q.first), moved(q.last)}
	}
	larger.length = s.length
	*s = larger
}

// remove removes an entry, and moves those behind it that a search would not
// find beyond an empty one.
func (s *store) remove(e *Entry) {
	s.cut(e)
	s.length--
	gap := int(e.place - 1)
	for i := gap + 1; s.tags[i] != 0; i++ {
		if s.home(s.entries[i].key().hash()) <= gap {
			s.move(i, gap)
			gap = i
		}
	}
	s.tags[gap] = 0
}

// move moves an entry, with its place in the queue.
func (s *store) move(from, to int) {
	s.tags[to] = s.tags[from]
	e, l := &s.entries[to], s.links[from]
	*e = s.entries[from]
	e.place = uint32(to + 1)
	s.links[to] = l
	*s.before(l, e.state) = e.place
	*s.behind(l, e.state) = e.place
}

// push puts an entry last into the queue of its state.
func (s *store) push(e *Entry) {
	l := link{prev: s.queues[e.state].last}
	s.links[e.place-1] = l
	*s.before(l, e.state) = e.place
	*s.behind(l, e.state) = e.place
}

// cut takes an entry out of the queue of its state.
func (s *store) cut(e *Entry) {
	l := s.links[e.place-1]
	*s.before(l, e.state) = l.next
	*s.behind(l, e.state) = l.prev
}

// before is what leads to an entry with link l from the first of its queue.
func (s *store) before(l link, state State) *uint32 {
	if l.prev == 0 {
		return &s.queues[state].first
	}
	return &s.links[l.prev-1].next
}

// behind is what leads to an entry with link l from the last of its queue.
func (s *store) behind(l link, state State) *uint32 {
	if l.next == 0 {
		return &s.queues[state].last
	}
	return &s.links[l.next-1].prev
}

// all yields all entries, the last position first: when the entry that it has
// yielded is removed, only entries that it has yielded before move.
func (s *store) all(yield func(*Entry) bool) {
	for i := len(s.entries) - 1; i >= 0; i-- {
		if s.tags[i] != 0 && !yield(&s.entries[i]) {
			return
		}
	}
}

// clear removes all entries and keeps the memory.
func (s *store) clear() {
	clear(s.tags)
	s.queues, s.length = [stateCount]queue{}, 0
}
