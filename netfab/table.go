package netfab

import (
	"maps"
	"time"
)

// tableSize is how many addresses a switch remembers, as in a small real
// switch: more are flooded, not learnt.
const tableSize = 8192

// table is the forwarding table of a switch: the port at which each address was
// last seen.
type table struct {
	entries map[address]*entry
	witness *Port // a port of the side that uses the table: the side receives what it receives
}

type entry struct {
	port *Port // nil: forgotten
	at   time.Duration
}

func newTable() *table { return &table{entries: map[address]*entry{}} }

// clone returns a copy that learns separately.
func (t *table) clone() *table {
	c := newTable()
	for a, e := range maps.All(t.entries) { // order: each entry is treated by itself
		known := *e
		c.entries[a] = &known
	}
	return c
}

// lookup returns the port of a, or nil if it is unknown or has expired.
func (t *table) lookup(now, ageing time.Duration, a address) *Port {
	if e := t.entries[a]; e != nil && now-e.at < ageing {
		return e.port
	}
	return nil
}

// learn records that a was seen at port p. It returns the port that it moved
// from, or nil.
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

// sweep drops expired entries and reports whether there is room now.
func (t *table) sweep(now, ageing time.Duration) bool {
	maps.DeleteFunc(t.entries, func(_ address, e *entry) bool {
		return e.port == nil || now-e.at >= ageing
	})
	return len(t.entries) < tableSize
}

// forget drops the addresses learnt at port p.
func (t *table) forget(p *Port) {
	for _, e := range t.entries { // order: each entry is treated by itself
		if e.port == p {
			e.port = nil
		}
	}
}
