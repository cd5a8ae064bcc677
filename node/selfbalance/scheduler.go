package selfbalance

// Scheduler chooses the member for each new connection of one service. It may
// remember where it stopped, so each service has its own.
type Scheduler interface {
	// Schedule returns the member for a new connection, or false when no member has
	// a weight above 0. It does not count the connection: the table does.
	Schedule(f Flow, d *Destinations) (Slot, bool)
}

// NewScheduler returns a scheduler that has not chosen yet. It panics if the
// algorithm is none of the four.
func NewScheduler(a Algorithm) Scheduler {
	switch a {
	case WeightedLeastConnections:
		return weightedLeastConnections{}
	case RoundRobin:
		return new(roundRobin)
	case WeightedRoundRobin:
		return new(weightedRoundRobin)
	case SourceHash:
		return new(maglev)
	}
	panic("selfbalance: new scheduler: " + a.String())
}
