package selfbalance

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// services is the number of services in random histories.
const services = 3

// twins are a table and the model of it, which get the same calls.
type twins struct {
	flows            int // different ones
	table            *Table
	model            *model
	now              time.Duration
	evicted, refused uint64
}

// Entries of the same state meet more often than if all were as frequent.
var (
	someState = rapid.SampledFrom([]State{
		Established, Established, Established, Established, Established, Established, Established, Established, Established,
		None, SynSent, SynRecv, FinWait, TimeWait, Close, CloseWait, LastAck, Listen, SynAck,
	})
	someSegment = rapid.SampledFrom([]Segment{ACK, ACK, ACK, ACK, OtherSegment, SYN, FIN, RST})
	anySlot     = rapid.Map(rapid.IntRange(0, MembersMax-1), func(n int) Slot { return Slot(n) })
	someTime    = rapid.SampledFrom([]time.Duration{
		0, 1, time.Millisecond, 400 * time.Millisecond, 400 * time.Millisecond, time.Second, time.Second,
		5 * time.Second, 10 * time.Second, 60 * time.Second, 1000 * time.Second,
	})
)

// history plays random calls.
func history(t *rapid.T) {
	config := TableConfig{
		Max:      rapid.SampledFrom([]int{0, 1, 2, 5, 13, 40, 1000}).Draw(t, "max"),
		Overflow: rapid.SampledFrom([]Overflow{EvictIdle, RefuseNew}).Draw(t, "overflow"),
		Timeouts: IPVSTimeouts(),
	}
	if rapid.Bool().Draw(t, "short") {
		for s := range config.Timeouts {
			config.Timeouts[s] /= 100
		}
	}
	x := &twins{
		flows: rapid.SampledFrom([]int{4, 12, 60}).Draw(t, "flows"),
		table: NewTable(config),
		model: &model{config: config, entries: map[Flow]*remembered{}},
	}
	counts := x.table.Counts(0)
	calls := map[string]func(*rapid.T){
		"": func(t *rapid.T) {
			x.model.compare(t, x.table)
			if counts != x.table.Counts(0) {
				t.Fatal("the counts of service 0 have moved")
			}
		},
		"add":    x.add,
		"add 2":  x.add, // as often as the rest
		"note":   x.note,
		"set":    x.set,
		"remove": x.remove,
		"expire": x.expire,
		"clear":  x.clear,
		"pass":   func(t *rapid.T) { x.now += someTime.Draw(t, "time") },
	}
	for range 5 { // 30 calls each, so that the table fills and grows
		t.Repeat(calls)
	}
}

// TestTableLikeModel plays 2000 histories.
func TestTableLikeModel(t *testing.T) {
	for range 20 {
		rapid.Check(t, history)
	}
}

func FuzzTable(f *testing.F) { f.Fuzz(rapid.MakeFuzz(history)) }

func (x *twins) flow(t *rapid.T) Flow {
	return connection(rapid.IntRange(0, x.flows-1).Draw(t, "flow") << 14)
}

func (x *twins) find(t *rapid.T) (*Entry, *remembered) {
	f := x.flow(t)
	e, r := x.table.Find(x.now, f), x.model.find(x.now, f)
	if (e == nil) != (r == nil) || e != nil && e.Flow() != f {
		t.Fatalf("%v: got %v, want %v", f, e, r)
	}
	return e, r
}

func (x *twins) add(t *rapid.T) {
	f, service := x.flow(t), rapid.IntRange(0, services-1).Draw(t, "service")
	to, s := anySlot.Draw(t, "slot"), someState.Draw(t, "state")
	e, ok := x.table.Add(x.now, f, service, to, s)
	evicted, fits := x.model.add(x.now, f, service, to, s)
	if ok != fits || (e != nil) != fits || fits && e.Flow() != f {
		t.Fatalf("add: got %v, %v, want %v", e, ok, fits)
	}
	if evicted {
		x.evicted++
	}
	if !fits {
		x.refused++
	}
	if x.table.Evicted() != x.evicted || x.table.Refused() != x.refused {
		t.Fatalf("%d evicted and %d refused, want %d and %d", x.table.Evicted(), x.table.Refused(), x.evicted, x.refused)
	}
}

func (x *twins) note(t *rapid.T) {
	if e, r := x.find(t); e != nil {
		seg := someSegment.Draw(t, "segment")
		x.table.Note(x.now, e, seg)
		r.packets++
		x.model.enter(x.now, r, r.slot, r.state.After(seg))
	}
}

func (x *twins) set(t *rapid.T) {
	if e, r := x.find(t); e != nil {
		to, s := anySlot.Draw(t, "slot"), someState.Draw(t, "state")
		x.table.Set(x.now, e, to, s)
		x.model.enter(x.now, r, to, s)
	}
}

func (x *twins) remove(t *rapid.T) {
	if e, _ := x.find(t); e != nil {
		delete(x.model.entries, e.Flow())
		x.table.Remove(e)
	}
}

func (x *twins) expire(t *rapid.T) {
	if got, want := x.table.Expire(x.now), x.model.expire(x.now); got != want {
		t.Fatalf("%d expired, want %d", got, want)
	}
}

func (x *twins) clear(t *rapid.T) {
	if rapid.IntRange(0, 9).Draw(t, "die") == 0 {
		x.table.Clear()
		clear(x.model.entries)
	}
}

// TestTableGrows: no entry is lost when the table grows, and a table of few
// connections stays small.
func TestTableGrows(t *testing.T) {
	const n = 20_000
	table := NewTable(TableConfig{Max: 1_000_000})
	for i := range n {
		if i == 10 && table.Bytes() > 4<<10 {
			t.Errorf("10 connections: %d bytes, want at most 4 KiB", table.Bytes())
		}
		if _, ok := table.Add(0, connection(i), 0, Slot(i%MembersMax), Established); !ok {
			t.Fatalf("connection %d is refused", i)
		}
		for j := 1; j <= i; j *= 2 {
			if e := table.Find(1, connection(i-j)); e == nil || e.Slot() != Slot((i-j)%MembersMax) {
				t.Fatalf("with %d connections: number %d is gone or wrong: %v", i+1, i-j, e)
			}
		}
	}
	if table.Len() != n {
		t.Errorf("%d entries, want %d", table.Len(), n)
	}
	for i := range n {
		if e := table.Find(1, connection(i)); e == nil || e.Flow() != connection(i) || e.Slot() != Slot(i%MembersMax) {
			t.Fatalf("connection %d: got %v", i, e)
		}
	}
	if e := table.Find(1, connection(n)); e != nil {
		t.Errorf("a connection that was never added: got %v", e)
	}
}

// TestTableAll: the loop may remove what it is given, and sees each entry once.
func TestTableAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 300).Draw(t, "connections")
		table, seen := NewTable(TableConfig{Max: n}), map[Flow]bool{}
		for i := range n {
			table.Add(0, connection(i*7), 0, 1, Established)
		}
		remove := rapid.SampledFrom([]uint64{0, 1, 2, 3}).Draw(t, "remove of 3")
		for e := range table.All() {
			f := e.Flow()
			if seen[f] {
				t.Fatalf("%v is seen twice", f)
			}
			seen[f] = true
			if f.key().hash()>>8%3 < remove {
				table.Remove(e)
			}
		}
		if len(seen) != n {
			t.Fatalf("%d entries seen, want %d", len(seen), n)
		}
		for f := range seen {
			if got, want := table.Find(1, f) == nil, f.key().hash()>>8%3 < remove; got != want {
				t.Fatalf("%v: removed is %v, want %v", f, got, want)
			}
		}
	})
	table := NewTable(TableConfig{Max: 2})
	table.Add(0, connection(1), 0, 1, Established)
	table.Add(0, connection(2), 0, 1, Established)
	for range table.All() {
		break // a loop may end early
	}
}

// TestTableDoesNotAllocate: the memory of a connection that has ended is used
// again.
func TestTableDoesNotAllocate(t *testing.T) {
	const n = 5000
	for _, overflow := range []Overflow{EvictIdle, RefuseNew} {
		table := NewTable(TableConfig{Max: n, Overflow: overflow})
		var now time.Duration
		i := 0
		turn := func() {
			for range n / 10 {
				now += 100 * time.Millisecond
				table.Expire(now)
				if e, ok := table.Add(now, connection(i), 0, 1, SynRecv); ok {
					table.Note(now, e, ACK)
				}
				if e := table.Find(now, connection(i-n/20)); e != nil {
					table.Note(now, e, FIN)
				}
				i++
			}
		}
		for range 40 {
			turn()
		}
		if got := testing.AllocsPerRun(20, turn); got != 0 {
			t.Errorf("%v: %v allocations, want 0", overflow, got)
		}
		if table.Len() == 0 || table.Len() == i {
			t.Errorf("%v: %d entries of %d, want some to have ended", overflow, table.Len(), i)
		}
	}
}

// TestTableSize is the bar: at most 96 bytes for each connection, of a million.
func TestTableSize(t *testing.T) {
	table := filled(flows(million))
	if got := float64(table.Bytes()) / float64(table.Len()); table.Len() != million || got < 40 || got > 96 {
		t.Errorf("%d entries of %.1f bytes each, want 1000000 of 40 to 96", table.Len(), got)
	}
}
