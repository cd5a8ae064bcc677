package oracle

import "time"

// tenure is a time for which a node owned an address: for a member, from
// becoming the owner to giving that up or losing its power; for a server with
// an address of its own, a life.
type tenure struct {
	node  string
	entry *Entry // nil: a server
	from  time.Duration
	to    time.Duration // once it has ended
	ended bool
	up    bool // the node may act, as far as the log goes
}

// overlaps reports whether t had not ended when another one began.
func (t *tenure) overlaps(other *tenure) bool { return !t.ended || t.to > other.from }
