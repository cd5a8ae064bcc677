package lane

import "github.com/cablepull/cablepull/sim/event"

// State is what a lane shows at an instant. Of a client's states within one
// time, a drawing shows the highest.
type State uint8

// The states of members, then of virtual IPs, then of clients, then of faults.
const (
	Blank State = iota // nothing is known

	Initial
	Learn
	Listen
	Speak
	Standby
	Active
	Several // a drawing has too little room for all states of a time
	Off
	Booting
	Frozen

	Held
	Contested // several members have the address
	Nobody    // has it, after somebody had

	Answered
	Failing // a request failed, or a connection
	Outage

	Applied
	Healed

	States // the number of states
)

var names = [States]string{
	Initial: event.StateInitial, Learn: event.StateLearn, Listen: event.StateListen,
	Speak: event.StateSpeak, Standby: event.StateStandby, Active: event.StateActive,
	Several: "several changes", Off: "no power", Booting: "booting", Frozen: "frozen",
	Held: "held", Contested: "held twice", Nobody: "held by nobody",
	Answered: "answers", Failing: "failures", Outage: "outage",
	Applied: "fault", Healed: "healed",
}

// String is the name of the state in legends; empty for Blank.
func (s State) String() string { return names[s] }

// standbyStates are the states of members by the names of their protocol.
var standbyStates = map[string]State{
	event.StateInitial: Initial, event.StateLearn: Learn, event.StateListen: Listen,
	event.StateSpeak: Speak, event.StateStandby: Standby, event.StateActive: Active,
}

// OfProtocol returns the state of a member by its name in the protocol; Blank
// if it has no such name.
func OfProtocol(name string) State { return standbyStates[name] }
