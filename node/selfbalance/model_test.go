package selfbalance

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"
)

// model is a table as simple as possible.
type model struct {
	config  TableConfig
	entries map[Flow]*remembered
	turns   int
}

// remembered is an entry of the model.
type remembered struct {
	slot     Slot
	state    State
	service  int
	packets  uint32
	lastSeen time.Duration
	turn     int // the call since which it is in its span and state
}

// span is how long segments of a connection in a state do not move its entry.
func (m *model) span(s State) time.Duration {
	seconds := int64(m.config.Timeouts[s]/time.Second) / 128
	return time.Duration(max(1, seconds)) * time.Second
}

// when is the number of the span of an entry's last segment.
func (m *model) when(r *remembered) time.Duration { return r.lastSeen / m.span(r.state) }

// due is when the timer ends, gone when Expire removes the entry.
func (m *model) due(r *remembered) time.Duration { return r.lastSeen + m.config.Timeouts[r.state] }

func (m *model) gone(r *remembered) time.Duration {
	return (m.when(r)+1)*m.span(r.state) + m.config.Timeouts[r.state]
}

func (m *model) find(now time.Duration, f Flow) *remembered {
	r := m.entries[f]
	if r != nil && m.due(r) <= now {
		delete(m.entries, f)
		return nil
	}
	return r
}

func (m *model) enter(now time.Duration, r *remembered, to Slot, s State) {
	m.turns++
	if s != r.state || now/m.span(s) != m.when(r) {
		r.turn = m.turns
	}
	r.slot, r.state, r.lastSeen = to, s, now
}

// add reports whether another connection was forgotten, and whether there was
// room.
func (m *model) add(now time.Duration, f Flow, service int, to Slot, s State) (evicted, ok bool) {
	delete(m.entries, f)
	if len(m.entries) >= m.config.Max {
		m.expire(now)
	}
	if len(m.entries) >= m.config.Max {
		if m.config.Overflow == RefuseNew || len(m.entries) == 0 {
			return false, false
		}
		delete(m.entries, m.idle())
		evicted = true
	}
	m.turns++
	m.entries[f] = &remembered{slot: to, state: s, service: service, lastSeen: now, turn: m.turns}
	return evicted, true
}

// idle returns the flow that was idle longest. Within a span it is the one
// that began to be in it first, and of different states the one that was seen
// first since.
func (m *model) idle() Flow {
	heads := map[State]Flow{}
	order := func(a, b Flow) int {
		x, y := m.entries[a], m.entries[b]
		return cmp.Or(cmp.Compare(m.when(x), m.when(y)), cmp.Compare(x.turn, y.turn))
	}
	for f, r := range m.entries {
		if head, ok := heads[r.state]; !ok || order(f, head) < 0 {
			heads[r.state] = f
		}
	}
	return slices.MinFunc(slices.Collect(maps.Values(heads)), func(a, b Flow) int {
		x, y := m.entries[a], m.entries[b]
		return cmp.Or(cmp.Compare(x.lastSeen, y.lastSeen), cmp.Compare(x.state, y.state))
	})
}

func (m *model) expire(now time.Duration) int {
	before := len(m.entries)
	maps.DeleteFunc(m.entries, func(_ Flow, r *remembered) bool { return m.gone(r) <= now })
	return before - len(m.entries)
}

// compare checks a table against the model.
func (m *model) compare(t *rapid.T, table *Table) {
	if table.Len() != len(m.entries) {
		t.Fatalf("%d entries, want %d", table.Len(), len(m.entries))
	}
	next := Never
	counts := map[int]*[MembersMax]Count{}
	for service := range services {
		counts[service] = new([MembersMax]Count)
	}
	for _, r := range m.entries {
		next = min(next, m.gone(r))
		c := &counts[r.service][r.slot]
		if r.state.Active() {
			c.Active++
		} else {
			c.Inactive++
		}
	}
	if got := table.NextExpiry(); got != next {
		t.Fatalf("next expiry at %v, want %v", got, next)
	}
	for service, want := range counts {
		if got := table.Counts(service); *got != *want {
			t.Fatalf("service %d: counts %v, want %v", service, *got, *want)
		}
	}
	seen := map[Flow]bool{}
	for e := range table.All() {
		r := m.entries[e.Flow()]
		if r == nil || seen[e.Flow()] {
			t.Fatalf("an entry for %v, which is not expected or is there twice", e.Flow())
		}
		seen[e.Flow()] = true
		got := remembered{e.Slot(), e.State(), e.Service(), e.Packets(), e.Due() - m.config.Timeouts[r.state], r.turn}
		if got != *r {
			t.Fatalf("%v: got %+v, want %+v", e.Flow(), got, *r)
		}
	}
	if len(seen) != len(m.entries) {
		t.Fatalf("All yields %d entries, want %d", len(seen), len(m.entries))
	}
}
