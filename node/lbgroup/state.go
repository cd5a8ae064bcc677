package lbgroup

// State is what a group thinks of a member (spec/failover.md §6.4). DataPower's
// LoadBalancerStatus2 shows a disabled member as down, with an administrative
// state of its own.
type State uint8

const (
	Absent   State = iota // not a member of the group
	Up                    // takes requests; so does a new member, without being checked
	SoftDown              // a connection to it failed; up again when Damp has elapsed
	Down                  // a health check failed; up again when one passes
	Disabled              // by the administrator: neither checked nor used

	// held is SoftDown without a timer, see Config.FailedCheck. It is reported as
	// SoftDown.
	held

	stateCount = iota
)

var stateWords = words{"state", []string{
	Absent: "absent", Up: "up", SoftDown: "softdown", Down: "down", Disabled: "disabled",
}}

// String names the state as DataPower does.
func (s State) String() string { return stateWords.name(uint8(s)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *State) UnmarshalText(text []byte) error {
	value, err := stateWords.value(text)
	if err == nil {
		*s = State(value)
	}
	return err
}

// reported returns the state as it is known outside.
func (s State) reported() State {
	if s == held {
		return SoftDown
	}
	return s
}

// Cause is why a member changes its state.
type Cause uint8

// The causes.
const (
	CauseNone           Cause = iota
	CauseAdded                // it joined the group
	CauseRemoved              // it left the group
	CauseConnectFailed        // a connection of a transaction failed
	CauseTryEveryFailed       // the same, while a transaction tried every member
	CauseCheckFailed          // a health check failed
	CauseCheckPassed          // a health check passed
	CauseDampElapsed          // Damp has elapsed since the last failed connection
	CauseAdminDisabled        // the administrator disabled it
	CauseAdminEnabled         // the administrator enabled it

	causeCount = iota
)

var causeWords = words{"cause", []string{
	"none", "added", "removed", "connect failed", "connect failed while every member was tried", "health check failed",
	"health check passed", "damp elapsed", "disabled", "enabled",
}}

// String says what happened.
func (c Cause) String() string { return causeWords.name(uint8(c)) }

// transition is a cell of the table: the next state, and whether Damp begins in
// it. In a cell without a state nothing happens.
type transition struct {
	to   State
	damp bool
}

// table is spec/failover.md §6.4: what each cause does in each state. A member
// that is removed is absent, whatever its state was.
type table [stateCount][causeCount]transition

// tableOf returns the table under the readings that a group is configured with.
//
// Ours: a disabled member that was down comes back up like any other when it is
// enabled; a failed attempt restarts Damp whether every member is tried or only
// the first; a connection that succeeds changes nothing.
func tableOf(c *Config) (t table) {
	t = table{
		Absent: {
			CauseAdded:         {to: Up},
			CauseAdminDisabled: {to: Disabled}, // added with Member.Disabled
		},
		Up: {
			CauseConnectFailed:  {to: SoftDown, damp: true},
			CauseTryEveryFailed: {to: SoftDown, damp: true},
			CauseCheckFailed:    {to: Down},
			CauseAdminDisabled:  {to: Disabled},
		},
		SoftDown: {
			CauseConnectFailed:  {to: SoftDown, damp: true}, // restarts
			CauseTryEveryFailed: {to: SoftDown, damp: true},
			CauseCheckFailed:    {to: Down},
			CauseCheckPassed:    {to: Up},
			CauseDampElapsed:    {to: Up}, // without a probe
			CauseAdminDisabled:  {to: Disabled},
		},
		Down: {
			CauseCheckPassed:   {to: Up},
			CauseAdminDisabled: {to: Disabled},
		},
		Disabled: {
			CauseAdminEnabled: {to: Up},
		},
		held: {
			CauseCheckPassed:   {to: Up},
			CauseAdminDisabled: {to: Disabled},
		},
	}
	if c.FailedCheck == SoftDown {
		t[Up][CauseCheckFailed].to = held
		t[SoftDown][CauseCheckFailed].to = held
	}
	if c.TryEveryFailed == SoftDown {
		t[Down][CauseTryEveryFailed] = transition{to: SoftDown, damp: true}
	}
	return t
}
