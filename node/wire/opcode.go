package wire

import "strconv"

// Opcode is the kind of a message (RFC 2281 §5.1).
type Opcode uint8

// The opcodes of version 1. OpAdvertise is Cisco's extension; an RFC member
// ignores it (spec/failover.md §1.10).
const (
	OpHello     Opcode = 0 // "I am running, in this state, with these timers"
	OpCoup      Opcode = 1 // "I take the active role from you"
	OpResign    Opcode = 2 // "I give up the active role"
	OpAdvertise Opcode = 3 // decoded as Advertise, never as Message
)

// String names the opcode as reports print it.
func (o Opcode) String() string {
	switch o {
	case OpHello:
		return "Hello"
	case OpCoup:
		return "Coup"
	case OpResign:
		return "Resign"
	case OpAdvertise:
		return "Advertise"
	}
	return "Opcode(" + strconv.Itoa(int(o)) + ")"
}

// State is the code of the sender's state in a message. The codes are bits, not
// the ordinals 1 to 6 of the RFC's transition table.
type State uint8

// The codes of version 1 (RFC 2281 §5.1).
const (
	StateInitial State = 0
	StateLearn   State = 1
	StateListen  State = 2
	StateSpeak   State = 4
	StateStandby State = 8
	StateActive  State = 16
)

// Valid reports whether the code is one of the six.
func (s State) Valid() bool {
	switch s {
	case StateInitial, StateLearn, StateListen, StateSpeak, StateStandby, StateActive:
		return true
	}
	return false
}

// String names the state as reports print it.
func (s State) String() string {
	switch s {
	case StateInitial:
		return "Initial"
	case StateLearn:
		return "Learn"
	case StateListen:
		return "Listen"
	case StateSpeak:
		return "Speak"
	case StateStandby:
		return "Standby"
	case StateActive:
		return "Active"
	}
	return "State(" + strconv.Itoa(int(s)) + ")"
}
