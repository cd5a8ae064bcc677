package track

// Object is what must be known of one tracked object.
type Object struct {
	Name   string // as events name it
	Rise   int    // good results in a row after which a failed object works again, at least 1
	Fall   int    // bad results in a row after which it fails, at least 1
	Effect Effect
}

// Effect is what an object does to its member while it fails.
type Effect struct {
	// Weight is subtracted from the priority. keepalived writes it as a negative
	// weight; its positive ones, which reward an object that works, do not exist.
	Weight int
	// Fault keeps the member out of the group, as if its interface were down.
	Fault bool
	// Yield makes an active member give up the role in the moment of the failure,
	// as by an operator's order. It still takes a role that nobody has.
	Yield bool
}

// Verdict is what all objects together do to a member.
type Verdict struct {
	Weight int  // sum of the weights of those that fail
	Fault  bool // one of those that fail keeps it out of the group
}

// Priority is the priority with which the member takes part: the configured
// one less the weights, and at least 0.
func (v Verdict) Priority(configured uint8) uint8 {
	return uint8(max(0, int(configured)-max(0, v.Weight)))
}
