package tracking

// table remembers the servers of connections. When it is full, it forgets the
// connection that was not asked for longest.
type table struct {
	max     int
	places  map[uint64]int
	entries []entry // entries[0] is before the newest and after the oldest
	free    []int
}

// entry is a connection in the table, in a ring from the newest to the oldest.
type entry struct {
	key          uint64
	server       int
	older, newer int
}

func newTable(max int) *table {
	return &table{max: max, places: map[uint64]int{}, entries: make([]entry, 1, max+1)}
}

// get returns the server of a connection and makes the entry the newest.
func (t *table) get(key uint64) (int, bool) {
	at, ok := t.places[key]
	if !ok {
		return 0, false
	}
	t.unlink(at)
	t.link(at)
	return t.entries[at].server, true
}

// put adds a connection that is not in the table.
func (t *table) put(key uint64, server int) {
	if len(t.places) == t.max {
		t.remove(t.entries[t.entries[0].newer].key)
	}
	var at int
	if n := len(t.free); n > 0 {
		at, t.free = t.free[n-1], t.free[:n-1]
	} else {
		at = len(t.entries)
		t.entries = append(t.entries, entry{})
	}
	t.places[key] = at
	t.entries[at].key, t.entries[at].server = key, server
	t.link(at)
}

// remove forgets a connection, if it is there.
func (t *table) remove(key uint64) {
	if at, ok := t.places[key]; ok {
		t.unlink(at)
		delete(t.places, key)
		t.free = append(t.free, at)
	}
}

func (t *table) unlink(at int) {
	e := t.entries[at]
	t.entries[e.newer].older, t.entries[e.older].newer = e.older, e.newer
}

func (t *table) link(at int) {
	first := t.entries[0].older
	t.entries[at].older, t.entries[at].newer = first, 0
	t.entries[first].newer, t.entries[0].older = at, at
}
