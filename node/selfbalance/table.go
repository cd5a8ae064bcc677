package selfbalance

import (
	"iter"
	"math"
	"time"
	"unsafe"
)

// Never is the instant of a timer that does not run.
const Never = time.Duration(math.MaxInt64)

// TableConfig is the configuration of a Table.
type TableConfig struct {
	Max      int // connections, at most
	Overflow Overflow
	Timeouts Timeouts // all zero: those of IPVS
}

// Table has the connections that a balancer knows, and counts them by service
// and member. It grows with their number: one takes 62 to 92 bytes.
//
// The instants that its methods are given never go back. An *Entry is valid
// until the next call of Find, Add, Remove, Expire or Clear.
type Table struct {
	config  TableConfig
	store   store
	second  time.Duration // begin of the second of the latest segment
	spans   Timeouts      // within which segments do not move an entry, see span
	current Timeouts      // when timers end that began with the present spans
	counts  []*[MembersMax]Count
	evicted uint64
	refused uint64
}

// NewTable returns an empty table.
func NewTable(c TableConfig) *Table {
	if c.Timeouts == (Timeouts{}) {
		c.Timeouts = IPVSTimeouts()
	}
	t := &Table{config: c, store: newStore(homesMin, homesMin), current: c.Timeouts}
	for s, timeout := range c.Timeouts {
		t.spans[s] = span(timeout)
	}
	return t
}

// span is how exactly idleness is known: a 128th of the timeout, in whole
// seconds. Within a span the segments of a connection after the first do not
// move its entry in the queue of its state, which takes longer than all else.
func span(timeout time.Duration) time.Duration {
	return max(time.Second, (timeout / 128).Truncate(time.Second))
}

// Counts returns how many connections of a service the members have, by Slot.
// The result remains valid and up to date. Services are numbered from 0 on, up
// to 65,535.
func (t *Table) Counts(service int) *[MembersMax]Count {
	for service >= len(t.counts) {
		t.counts = append(t.counts, new([MembersMax]Count))
	}
	return t.counts[service]
}

// Find returns the entry of a connection, nil if there is none. It removes the
// entry if its timer has ended.
func (t *Table) Find(now time.Duration, f Flow) *Entry { return t.find(now, f.key()) }

// find is Find by a key.
func (t *Table) find(now time.Duration, k Key) *Entry {
	e := t.store.find(k)
	if e != nil && e.due <= now {
		t.Remove(e)
		return nil
	}
	return e
}

// Add adds a connection, and replaces the entry that it may have. It reports
// false if the table is full and its policy is to refuse.
func (t *Table) Add(now time.Duration, f Flow, service int, to Slot, s State) (*Entry, bool) {
	if e := t.store.find(f.key()); e != nil {
		t.Remove(e)
	}
	if t.Len() >= t.config.Max {
		t.Expire(now)
	}
	if t.Len() >= t.config.Max && !t.evict() {
		t.refused++
		return nil, false
	}
	t.pass(now)
	t.Counts(service)[to].add(s, 1)
	k := f.key()
	return t.store.add(Entry{
		source: k.source, vip: k.vip, slot: to, state: s, service: uint16(service),
		due: now + t.config.Timeouts[s],
	}, t.config.Max), true
}

// evict makes room for a connection if the policy allows it.
func (t *Table) evict() bool {
	if t.config.Overflow != EvictIdle {
		return false
	}
	var idle *Entry
	since := Never
	for s, q := range t.store.queues {
		if q.first == 0 {
			continue
		}
		e := t.store.entry(q.first)
		if at := e.due - t.config.Timeouts[s]; at < since {
			idle, since = e, at
		}
	}
	if idle == nil {
		return false
	}
	t.Remove(idle)
	t.evicted++
	return true
}

// Note takes in that a segment of the client has passed: it changes the state,
// restarts the timer and counts the segment.
func (t *Table) Note(now time.Duration, e *Entry, seg Segment) {
	e.packets++
	s := e.state.After(seg)
	if s == e.state && e.due >= t.current[s] && now-t.second < time.Second {
		e.due = now + t.config.Timeouts[s] // what most segments do
		return
	}
	t.enter(now, e, e.slot, s)
}

// Set takes in what a message says about a connection, and restarts its timer.
func (t *Table) Set(now time.Duration, e *Entry, to Slot, s State) {
	t.enter(now, e, to, s)
}

// enter changes member and state, and restarts the timer.
func (t *Table) enter(now time.Duration, e *Entry, to Slot, s State) {
	t.pass(now)
	moved := s != e.state || e.due < t.current[s]
	if moved {
		t.store.cut(e)
	}
	if to != e.slot || s != e.state {
		c := t.counts[e.service]
		c[e.slot].add(e.state, -1)
		c[to].add(s, 1)
		e.slot, e.state = to, s
	}
	if moved {
		t.store.push(e)
	}
	e.due = now + t.config.Timeouts[s]
}

// pass keeps the second that now is in, and the spans.
func (t *Table) pass(now time.Duration) {
	if now-t.second < time.Second {
		return
	}
	t.second = now.Truncate(time.Second)
	for s, timeout := range t.config.Timeouts {
		t.current[s] = now.Truncate(t.spans[s]) + timeout
	}
}

// Remove removes an entry.
func (t *Table) Remove(e *Entry) {
	t.counts[e.service][e.slot].add(e.state, -1)
	t.store.remove(e)
}

// Expire removes the entries whose timers have ended: those with the last
// segment in the same second are removed together, when the last of them could
// end. Of timeouts over 256 s, it is the same 128th of the timeout instead: 7 s
// of the 900 of an established connection. It returns how many it has removed.
func (t *Table) Expire(now time.Duration) int {
	before := t.Len()
	for s := range t.store.queues {
		for due := t.headDue(State(s)); due <= now; due = t.headDue(State(s)) {
			t.Remove(t.store.entry(t.store.queues[s].first))
		}
	}
	return before - t.Len()
}

// NextExpiry is when Expire has to be called next, Never if the table is
// empty. It is up to one span, see Expire, after the first timer has ended.
func (t *Table) NextExpiry() time.Duration {
	next := Never
	for s := range t.store.queues {
		next = min(next, t.headDue(State(s)))
	}
	return next
}

// headDue is when Expire removes the first entry of a state.
func (t *Table) headDue(s State) time.Duration {
	first := t.store.queues[s].first
	if first == 0 {
		return Never
	}
	timeout, span := t.config.Timeouts[s], t.spans[s]
	at := t.store.entry(first).due - timeout
	return at.Truncate(span) + span + timeout
}

// Len is the number of entries, with those that have ended but were neither
// sought nor expired since.
func (t *Table) Len() int { return t.store.length }

// Evicted counts the connections that were forgotten in favour of new ones.
func (t *Table) Evicted() uint64 { return t.evicted }

// Refused counts the connections that were refused.
func (t *Table) Refused() uint64 { return t.refused }

// All yields all entries, in the order of their places in memory, which is the
// same in each run. The loop may change or remove the entry that it is given.
func (t *Table) All() iter.Seq[*Entry] {
	return func(yield func(*Entry) bool) {
		t.store.all(yield)
	}
}

// Clear removes all entries. It keeps the memory, and what Evicted and Refused
// have counted.
func (t *Table) Clear() {
	t.store.clear()
	for _, c := range t.counts {
		*c = [MembersMax]Count{}
	}
}

// Bytes is the memory that the table has allocated.
func (t *Table) Bytes() int {
	return int(unsafe.Sizeof(*t)) +
		cap(t.store.entries)*int(unsafe.Sizeof(Entry{})) +
		cap(t.store.tags) +
		cap(t.store.links)*int(unsafe.Sizeof(link{})) +
		len(t.counts)*int(unsafe.Sizeof([MembersMax]Count{})) +
		cap(t.counts)*int(unsafe.Sizeof((*[MembersMax]Count)(nil)))
}
