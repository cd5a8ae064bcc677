package lbgroup

// plan is what a transaction does about failed attempts. It is decided at its
// first attempt.
type plan uint8

const (
	undecided   plan = iota
	noAttempt        // fails at once, unless the member of its session is up
	firstMember      // one attempt, at the first enabled member of the list
	oneMember        // one attempt, at a member that is up
	everyUp          // members that are up, until none is left
	everyMember      // members that are up, then all others
)

// planOf is the matrix of spec/failover.md §6.5.
//
// With both properties on and no member up, IBM's texts want opposite things;
// what was observed decides that in both modes (ours).
func planOf(c *Config, someUp bool) plan {
	switch {
	case !someUp && c.TryEveryServer:
		return everyMember // even if GiveUpWhenAllMembersDown
	case !someUp && c.GiveUpWhenAllMembersDown:
		return noAttempt
	case !someUp:
		return firstMember
	case c.Mode == Documented:
		return oneMember // TryEveryServer applies only when none is up
	case c.TryEveryServer:
		return everyMember
	}
	return everyUp
}
