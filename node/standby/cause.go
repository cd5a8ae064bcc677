package standby

import "strconv"

// Cause is why something happened: the events of RFC 2281 §5.5, in its order, and a few of ours. It is the row of the
// transition table and the reason a Transition gives.
type Cause uint8

// The causes. Comparisons are of (priority, interface address), so two members never tie.
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
	CauseResign              // i: the Active gives the role up
	CauseCoup                // j: a higher member takes the role
	CauseHigherStandby       // k: a higher member is Standby
	CauseLowerStandby        // l: a lower member is Standby
	CauseNoActive            // c at once: became Standby while no Active is known
	CauseYield               // the operator gave the role up
	CauseReconfigure         // the identity of the group changed under a running member

	causeCount = iota
)

var causes = [causeCount]struct {
	letter byte
	text   string
}{
	CauseStart:         {'a', "enabled"},
	CauseStop:          {'b', "disabled"},
	CauseActiveTimer:   {'c', "active timer expired"},
	CauseStandbyTimer:  {'d', "standby timer expired"},
	CauseHelloTimer:    {'e', "hello timer expired"},
	CauseHigherSpeak:   {'f', "higher member speaks"},
	CauseHigherActive:  {'g', "higher member is active"},
	CauseLowerActive:   {'h', "lower member is active"},
	CausePreempt:       {'h', "lower member is active, preempting"},
	CauseResign:        {'i', "active resigned"},
	CauseCoup:          {'j', "coup by a higher member"},
	CauseHigherStandby: {'k', "higher member is standby"},
	CauseLowerStandby:  {'l', "lower member is standby"},
	CauseNoActive:      {'c', "standby without an active"},
	CauseYield:         {'-', "yielded by the operator"},
	CauseReconfigure:   {'-', "group reconfigured"},
}

// Letter is the RFC's name of the event, a to l, or '-' for the causes the RFC does not know.
func (c Cause) Letter() byte {
	if c == CauseNone || int(c) >= causeCount {
		return '-'
	}
	return causes[c].letter
}

// String says the cause in words, as reports print it.
func (c Cause) String() string {
	if c == CauseNone || int(c) >= causeCount {
		return "Cause(" + strconv.Itoa(int(c)) + ")"
	}
	return causes[c].text
}
