package selfbalance

// Count is how many connections of a service one member has.
type Count struct {
	Active, Inactive int32
}

// add counts n connections in state s.
func (c *Count) add(s State, n int32) {
	if s.Active() {
		c.Active += n
	} else {
		c.Inactive += n
	}
}
