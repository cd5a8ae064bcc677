package selfbalance

// cursor is the member that a scheduler chose last. It is kept as an address
// and not as a place in the order, because members come and go: whoever takes
// the next place, the turn passes to the next higher address.
type cursor struct {
	started bool
	last    uint32 // address of the member chosen last, if started
	known   bool   // whether at was computed for version
	version uint64
	at      int // place of the first member after the last one; len(Order) at the end
}

// next returns the place in d.Order at which the walk goes on; it may be
// len(d.Order).
func (c *cursor) next(d *Destinations) int {
	if !c.known || c.version != d.Version {
		c.known, c.version, c.at = true, d.Version, 0
		for c.started && c.at < len(d.Order) && d.IDs[d.Order[c.at]] <= c.last {
			c.at++
		}
	}
	return c.at
}

// choose notes that the member at a place was chosen.
func (c *cursor) choose(d *Destinations, at int) Slot {
	slot := d.Order[at]
	c.started, c.last, c.at = true, d.IDs[slot], at+1
	return slot
}

// roundRobin is rr of spec/failover.md §5.4.
type roundRobin struct{ cursor cursor }

// Schedule returns the first member with a weight above 0 after the one chosen
// last.
func (r *roundRobin) Schedule(_ Flow, d *Destinations) (Slot, bool) {
	at := r.cursor.next(d)
	for range d.Order {
		if at == len(d.Order) {
			at = 0
		}
		if d.Weights[d.Order[at]] > 0 {
			return r.cursor.choose(d, at), true
		}
		at++
	}
	return 0, false
}
