package standby

import (
	"strconv"

	"github.com/cablepull/cablepull/node/wire"
)

// State is the state of a member. The numbers are the ordinals of RFC 2281's
// table (§5.7), not the codes on the wire.
type State uint8

// The states of RFC 2281 §5.3. In a settled group only the Standby and the
// Active member send.
const (
	Initial State = 1 + iota // not running
	Learn                    // the virtual IP is not known: no Active that announces it has been heard
	Listen                   // neither Active nor Standby; watches both
	Speak                    // sends hellos and takes part in the election
	Standby                  // the one that takes over
	Active                   // owns the virtual IP

	stateCount = iota + 1 // with the unused 0
)

// String names the state as reports print it.
func (s State) String() string {
	switch s {
	case Initial:
		return "Initial"
	case Learn:
		return "Learn"
	case Listen:
		return "Listen"
	case Speak:
		return "Speak"
	case Standby:
		return "Standby"
	case Active:
		return "Active"
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}

// Owns reports whether a member in this state answers for the virtual IP.
func (s State) Owns() bool { return s == Active }

// Wire returns the state's code on the wire.
func (s State) Wire() wire.State {
	switch s {
	case Learn:
		return wire.StateLearn
	case Listen:
		return wire.StateListen
	case Speak:
		return wire.StateSpeak
	case Standby:
		return wire.StateStandby
	case Active:
		return wire.StateActive
	}
	return wire.StateInitial
}
