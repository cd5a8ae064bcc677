package host

// flowTable remembers something about TCP connections, by the flow of one
// direction. When it is full, it forgets the connection that began first.
type flowTable[V any] struct {
	known map[flow]*V
	order []flow // in the order in which they began; a ring once it is full
	next  int    // the oldest of a full ring
}

// flowsMax is how many connections a table has room for: as many as the
// connection tracking of Linux with 256 MiB of memory.
const flowsMax = 65536

// get returns what is known of a flow, or nil.
func (t *flowTable[V]) get(f flow) *V { return t.known[f] }

// add returns what is known of a flow, which is nothing if it is new.
func (t *flowTable[V]) add(f flow) *V {
	if v := t.known[f]; v != nil {
		return v
	}
	if t.known == nil {
		t.known = map[flow]*V{}
	}
	if len(t.order) < flowsMax {
		t.order = append(t.order, f)
	} else {
		delete(t.known, t.order[t.next])
		t.order[t.next] = f
		t.next = (t.next + 1) % flowsMax
	}
	v := new(V)
	t.known[f] = v
	return v
}
