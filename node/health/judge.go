// Package health judges series of results: when a target that is looked at
// again and again counts as well, and when as failed. It is pure, so that every
// machine that looks at something can have a Judge in its state.
package health

// State is what a series of results says of a target.
type State int

// The states of a target. Unknown is one that has not been checked enough.
const (
	Unknown State = iota
	Up
	Down
)

// String returns the state as events name it; nothing for Unknown.
func (s State) String() string { return [...]string{"", "up", "down"}[s] }

// Judge turns the results of checks into a state: so many good ones in a row
// bring a target up, so many bad ones down. It is a value. The zero State is
// Unknown; Leaning sets another one to begin with.
type Judge struct {
	Rise, Fall int // results in a row, at least 1
	State      State

	good  bool // the last result
	alike int  // how many in a row were like it
}

// Leaning returns a judge that begins in a state, and which one result against
// that state changes: HAProxy's init-state up and down, peers.md §2.2.
func (j Judge) Leaning(state State) Judge {
	j.State = state
	switch state {
	case Up:
		j.good, j.alike = false, j.Fall-1
	case Down:
		j.good, j.alike = true, j.Rise-1
	}
	return j
}

// Take takes the result of a check. It returns the judge after that, and
// whether the state has changed.
func (j Judge) Take(good bool) (Judge, bool) {
	if good != j.good {
		j.good, j.alike = good, 0
	}
	j.alike++
	next, enough := Down, j.Fall
	if good {
		next, enough = Up, j.Rise
	}
	if j.State == next {
		j.alike = min(j.alike, enough) // it counts no further: a judge may live long
		return j, false
	}
	if j.alike < enough {
		return j, false
	}
	j.State = next
	return j, true
}

// Wavering reports whether the last results speak against the state, without
// being enough to change it.
func (j Judge) Wavering() bool {
	return j.alike > 0 && (j.State == Up && !j.good || j.State == Down && j.good)
}
