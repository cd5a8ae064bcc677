package standby

import "strconv"

// Cause is why something happened: the events of RFC 2281 §5.5, in its order,
// then a few of our own. It selects the row of the transition table, and a
// Transition carries it as the reason.
type Cause uint8

// The causes. Members are compared by (priority, interface address), so two
// never tie.
const (
	CauseNone          Cause = iota
	CauseStart               // a: HSRP enabled
	CauseStop                // b: HSRP disabled or the interface down
	CauseActiveTimer         // c: nothing heard from an Active for the hold time
	CauseStandbyTimer        // d: nothing heard from a Standby for the hold time
	CauseHelloTimer          // e
	CauseHigherSpeak         // f: a higher member speaks
	CauseHigherActive        // g: a higher member is Active
	CauseLowerActive         // h: a lower member is Active, and we may not preempt
	CausePreempt             // h: a lower member is Active, and we may preempt
	CauseResign              // i: the Active gives up the role
	CauseCoup                // j: a higher member takes the role
	CauseHigherStandby       // k: a higher member is Standby
	CauseLowerStandby        // l: a lower member is Standby
	CauseNoActive            // c at once: became Standby while no Active is known
	CauseYield               // the operator gave up the role
	CauseReconfigure         // the identity of the group changed under a running member

	causeCount = iota
)

// lost marks the causes that end the current Active's role.
const lost = true

var causes = [causeCount]struct {
	letter     byte
	text       string
	activeLost bool
}{
	CauseStart:         {'a', "enabled", !lost},
	CauseStop:          {'b', "disabled", !lost},
	CauseActiveTimer:   {'c', "active timer expired", lost},
	CauseStandbyTimer:  {'d', "standby timer expired", !lost},
	CauseHelloTimer:    {'e', "hello timer expired", !lost},
	CauseHigherSpeak:   {'f', "higher member speaks", !lost},
	CauseHigherActive:  {'g', "higher member is active", lost},
	CauseLowerActive:   {'h', "lower member is active", lost},
	CausePreempt:       {'h', "lower member is active, preempting", lost},
	CauseResign:        {'i', "active resigned", lost},
	CauseCoup:          {'j', "coup by a higher member", lost},
	CauseHigherStandby: {'k', "higher member is standby", !lost},
	CauseLowerStandby:  {'l', "lower member is standby", !lost},
	CauseNoActive:      {'c', "standby without an active", lost},
	CauseYield:         {'-', "yielded by the operator", lost},
	CauseReconfigure:   {'-', "group reconfigured", lost},
}

// Letter is the RFC's name of the event, a to l, or '-' for our own causes.
func (c Cause) Letter() byte {
	if c == CauseNone || int(c) >= causeCount {
		return '-'
	}
	return causes[c].letter
}

// ActiveLost reports whether the cause ends the current Active's role: it was
// silent for too long, it resigned, or a member or the operator replaced it.
func (c Cause) ActiveLost() bool { return int(c) < causeCount && causes[c].activeLost }

// String describes the cause as reports print it.
func (c Cause) String() string {
	if c == CauseNone || int(c) >= causeCount {
		return "Cause(" + strconv.Itoa(int(c)) + ")"
	}
	return causes[c].text
}
