package event

// The states of an HSRP member as StandbyChanged and StandbyStatus name them
// (RFC 2281 §5.1). Other protocols have other states; whoever wants to know who
// answers for an address reads StandbyChanged.Owner instead.
const (
	StateInitial = "Initial"
	StateLearn   = "Learn"
	StateListen  = "Listen"
	StateSpeak   = "Speak"
	StateStandby = "Standby"
	StateActive  = "Active"
)

// States returns these states in the order in which a member goes through them.
func States() []string {
	return []string{StateInitial, StateLearn, StateListen, StateSpeak, StateStandby, StateActive}
}
