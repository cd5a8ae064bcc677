package sequence

import (
	"slices"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// The limits of what is remembered.
const (
	// Before is how long before a fault frames are of interest. Messages between
	// machines are sent less often than those of clients, and are of interest for
	// longer.
	Before, BeforeRare = 500 * time.Millisecond, 4 * time.Second
	// After is how long after a fault or its end they are.
	After = 60 * time.Second

	recentMax  = 1024    // frames that can still arrive or get lost
	keptMax    = 1 << 14 // frames that are kept around all faults
	classesMax = 1 << 12 // different frames
	nodesMax   = 64      // machines, in the order in which they send
)

// Frames takes the frames of a run as they are sent, and remembers those around
// faults. The zero Frames is not ready: see New. It is not safe for several
// goroutines at once.
type Frames struct {
	ports   []port // by number
	nodes   []string
	places  map[string]int
	classes []class
	known   map[class]int32
	owners  map[uint64]int // the last machine that began to send from a MAC address
	reached []uint64       // by class: the machines that got the last one that arrived
	whys    []string
	whyOf   map[string]int32

	recent  [recentMax]sent // the frame with number n is at n % recentMax
	count   uint64          // frames so far: the number of the next one
	flights map[*byte]uint64

	kept   []sent
	bin    time.Duration   // frames of a class within this time are kept as one
	faults []time.Duration // instants of faults and of their ends
	full   time.Duration   // from here on there was no room; 0: there was

	announcements announcements
	moments       []Moment
}

// port is a port of the network.
type port struct {
	node  string
	place int // of the node
}

// sent is a frame, or several of a class that fared alike.
type sent struct {
	at, last time.Duration // of the first and the last one
	doneAt   time.Duration // when the first one arrived or was lost
	class    int32
	why      int32 // index in whys; 0: not lost
	count    int32
	arrived  uint64 // the machines that got it, by place
	missed   uint64 // the machines that it was lost to
}

// New returns Frames that have seen nothing.
func New() *Frames {
	return &Frames{
		places: map[string]int{}, known: map[class]int32{}, owners: map[uint64]int{}, whys: []string{""}, whyOf: map[string]int32{},
		flights: map[*byte]uint64{}, bin: 10 * time.Millisecond,
		announcements: announcements{all: map[announced][]Announcement{}},
	}
}

// Port says which machine is behind a port. It must be called for each number
// before the port is used.
func (f *Frames) Port(number uint32, node string) {
	for uint32(len(f.ports)) <= number {
		f.ports = append(f.ports, port{place: -1})
	}
	if f.ports[number].place < 0 {
		f.ports[number] = port{node, f.place(node)}
	}
}

// Knows reports whether Port was called for a number.
func (f *Frames) Knows(number uint32) bool {
	return uint32(len(f.ports)) > number && f.ports[number].place >= 0
}

// place returns the number of a machine; that of all beyond nodesMax is the
// last one.
func (f *Frames) place(node string) int {
	if p, ok := f.places[node]; ok {
		return p
	}
	if len(f.nodes) == nodesMax {
		return nodesMax - 1
	}
	f.places[node] = len(f.nodes)
	f.nodes = append(f.nodes, node)
	return f.places[node]
}

// Sent takes a frame that leaves a port. It does not keep data.
func (f *Frames) Sent(now time.Duration, from uint32, data []byte) {
	if c := f.class(from, data); c >= 0 {
		f.add(now, c, data)
	}
}

// add remembers a frame on its way.
func (f *Frames) add(now time.Duration, c int32, data []byte) *sent {
	slot := &f.recent[f.count%recentMax]
	if f.count >= recentMax {
		f.settle(*slot)
	}
	*slot = sent{at: now, last: now, doneAt: now, class: c, count: 1}
	if len(f.flights) > 4*recentMax {
		clear(f.flights)
	}
	f.flights[&data[0]] = f.count
	f.count++
	return slot
}

// class returns the number of a frame's class; -1 if it is not shown.
func (f *Frames) class(from uint32, data []byte) int32 {
	c := classOf(from, data)
	if c.kind == None {
		return -1
	}
	if n, ok := f.known[c]; ok {
		return n
	}
	if len(f.classes) == classesMax {
		return -1
	}
	n := int32(len(f.classes))
	f.known[c] = n
	f.classes = append(f.classes, c)
	f.reached = append(f.reached, 0)
	f.owners[wire.EthernetOf(data).SourceNumber()] = f.ports[from].place
	return n
}

// flight returns the frame whose bytes are given, if it was the last to have
// them and its outcome can still be noted.
func (f *Frames) flight(from uint32, data []byte) *sent {
	n, ok := f.flights[&data[0]]
	if !ok || f.count-n > recentMax {
		return nil
	}
	s := &f.recent[n%recentMax]
	c := &f.classes[s.class]
	// The bytes may be those of a later frame that is not shown.
	if c.from != from || c.to != wire.EthernetOf(data).DestinationNumber() {
		return nil
	}
	return s
}

// Delivered takes a frame that arrives at a port.
func (f *Frames) Delivered(now time.Duration, from, to uint32, data []byte) {
	s := f.flight(from, data)
	if s == nil {
		return // not shown, or a copy that an impairment has changed
	}
	if s.arrived|s.missed == 0 {
		s.doneAt = now
	}
	place := f.ports[to].place
	s.arrived |= 1 << place
	f.reached[s.class] = s.arrived
	if kind := f.classes[s.class].kind; kind == GARP || kind == Resolve {
		f.announcements.arrived(f.ports[from].node, f.ports[to].node, s.at, now, data)
	}
}

// Lost takes a frame that is lost, or its copy for one port. to is 0 if it had
// not been forwarded to one. left says whether it had left its machine: Sent
// was called.
func (f *Frames) Lost(now time.Duration, from, to uint32, data []byte, left bool, why string) {
	var s *sent
	if left {
		if s = f.flight(from, data); s == nil || f.class(from, data) != s.class {
			return
		}
	} else {
		c := f.class(from, data)
		if c < 0 {
			return
		}
		s = f.add(now, c, data)
	}
	if s.arrived|s.missed == 0 {
		s.doneAt = now
	}
	if to > 0 {
		s.missed |= 1 << f.ports[to].place
	} else {
		s.missed |= f.meant(s.class)
	}
	s.why = f.reason(why)
}

// meant returns the machines that a lost frame was for: those that got the last
// one of its class, or the one with its destination.
func (f *Frames) meant(c int32) uint64 {
	if f.reached[c] != 0 {
		return f.reached[c]
	}
	if owner, ok := f.owners[f.classes[c].to]; ok {
		return 1 << owner
	}
	return 0
}

func (f *Frames) reason(why string) int32 {
	n, ok := f.whyOf[why]
	if !ok {
		n = int32(len(f.whys))
		f.whys = append(f.whys, why)
		f.whyOf[why] = n
	}
	return n
}

// settle takes a frame to which nothing more can happen.
func (f *Frames) settle(s sent) {
	if f.full > 0 || !f.interesting(s) {
		return
	}
	f.kept = append(f.kept, s)
	for len(f.kept) >= keptMax {
		if f.kept = fold(f.kept, f.bin); len(f.kept) <= keptMax/2 {
			return
		}
		if f.bin *= 2; f.bin > After {
			f.full = s.at
			return
		}
	}
}

// alike is what frames have in common that are kept as one.
type alike struct {
	class, why      int32
	arrived, missed uint64
	bin             time.Duration
}

// fold joins frames of a class that fared alike within each bin of time. They
// stay in the order of their first instants.
func fold(all []sent, bin time.Duration) []sent {
	place := map[alike]int{}
	joined := all[:0]
	for _, s := range all {
		key := alike{s.class, s.why, s.arrived, s.missed, s.at / bin}
		if i, ok := place[key]; ok {
			joined[i].join(s)
			continue
		}
		place[key] = len(joined)
		joined = append(joined, s)
	}
	return joined
}

// join adds a later frame that fared alike.
func (s *sent) join(later sent) {
	s.last = max(s.last, later.last)
	s.count += later.count
}

// all returns the frames that are remembered, in order: those that are kept and
// the recent ones.
func (f *Frames) all() []sent {
	all := slices.Clone(f.kept)
	first := uint64(0)
	if f.count > recentMax {
		first = f.count - recentMax
	}
	for n := first; n < f.count; n++ {
		if s := f.recent[n%recentMax]; f.full == 0 && f.interesting(s) {
			all = append(all, s)
		}
	}
	return all
}

// Observe takes an event. Faults must come when they happen; others may come
// later, each machine's in order.
func (f *Frames) Observe(e event.Event) {
	switch e.What.(type) {
	case event.FaultApplied, event.FaultHealed:
		f.faults = append(f.faults, e.At)
	}
	f.note(e)
}

// interesting reports whether a frame is close enough to a fault.
func (f *Frames) interesting(s sent) bool {
	for i := len(f.faults) - 1; i >= 0; i-- {
		if s.at > f.faults[i]+After {
			return false
		}
		if s.at >= f.faults[i]-f.before(s) {
			return true
		}
	}
	return false
}

// before is how long before a fault a frame is of interest.
func (f *Frames) before(s sent) time.Duration {
	if f.classes[s.class].kind.rare() {
		return BeforeRare
	}
	return Before
}
