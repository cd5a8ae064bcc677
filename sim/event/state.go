package event

// The states of an HSRP member as StandbyChanged and StandbyStatus name them
// (RFC 2281 §5.1). Other protocols have other states; to find out who answers
// for an address, read StandbyChanged.Owner instead.
const (
	StateInitial = "Initial"
	StateLearn   = "Learn"
	StateListen  = "Listen"
	StateSpeak   = "Speak"
	StateStandby = "Standby"
	StateActive  = "Active"
)

// States returns these states in the order in which a member passes through
// them.
func States() []string {
	return []string{StateInitial, StateLearn, StateListen, StateSpeak, StateStandby, StateActive}
}
