package netfab

import (
	"maps"
	"time"
)

// tableSize is how many addresses a switch remembers. It is that of a small
// real one: more are flooded, not learnt.
const tableSize = 8192

// table is the forwarding table of a switch: which address was last seen at
// which port.
type table struct {
	entries map[address]*entry
	witness *Port // a port of the side that uses the table: what it hears, all hear
}

type entry struct {
	port *Port // nil: forgotten
	at   time.Duration
}

func newTable() *table { return &table{entries: map[address]*entry{}} }

// clone returns a table that knows the same and learns apart.
func (t *table) clone() *table {
	c := newTable()
	for a, e := range maps.All(t.entries) { // order: each entry is treated by itself
		known := *e
		c.entries[a] = &known
	}
	return c
}

// lookup returns the port of a, or nil if that is unknown or too old.
func (t *table) lookup(now, ageing time.Duration, a address) *Port {
	if e := t.entries[a]; e != nil && now-e.at < ageing {
		return e.port
	}
	return nil
}

// learn notes that a was seen at port p. It returns the port it has moved from,
// or nil.
func (t *table) learn(now, ageing time.Duration, p *Port, a address) (moved *Port) {
	e := t.entries[a]
	if e == nil {
		if len(t.entries) >= tableSize && !t.sweep(now, ageing) {
			return nil
		}
		t.entries[a] = &entry{p, now}
		return nil
	}
	if e.port != p {
		if e.port != nil && now-e.at < ageing {
			moved = e.port
		}
		e.port = p
	}
	e.at = now
	return moved
}

// sweep makes room by dropping what has aged; it reports whether there is any.
func (t *table) sweep(now, ageing time.Duration) bool {
	maps.DeleteFunc(t.entries, func(_ address, e *entry) bool {
		return e.port == nil || now-e.at >= ageing
	})
	return len(t.entries) < tableSize
}

// forget drops what was learnt at port p.
func (t *table) forget(p *Port) {
	for _, e := range t.entries { // order: each entry is treated by itself
		if e.port == p {
			e.port = nil
		}
	}
}
