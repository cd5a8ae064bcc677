package event

// StandbyStatus is the status of a member's standby control, logged when the
// run ends: DataPower's StandbyStatus (spec/failover.md §3.5), the state behind
// its mode, and the member's counters since its machine's last boot.
type StandbyStatus struct {
	Interface   string
	Group       uint8
	IP          string // the virtual IP; empty: not learned yet
	Priority    uint8
	Mode        string `words:"active,standby"` // standby is every state but Active
	Preempt     bool
	GroupLeader string // address of the active member, itself included; empty: none is known
	State       string `words:"Initial,Learn,Listen,Speak,Standby,Active"`

	HellosSent, HellosReceived   uint64
	CoupsSent, CoupsReceived     uint64
	ResignsSent, ResignsReceived uint64

	AuthFailures    uint64 // messages of its group with another authentication
	GroupMismatches uint64 // messages of other groups
	VIPMismatches   uint64 // messages of its group for another virtual IP
	Transitions     uint64
}

// Kind implements Body.
func (StandbyStatus) Kind() string { return "standby-status" }
