package sweep

import (
	"time"

	"github.com/cablepull/cablepull/scenarios"
)

// Phase says when, within the time between two hellos, the faults of a timeline
// happen.
type Phase string

// The phases.
const (
	// Even moves the timeline of each seed by another part of a hello time, so
	// that all seeds together divide it evenly. How old the last hello is when
	// a fault happens decides most of an outage; this way it is sampled, not
	// drawn.
	Even Phase = "even"
	// Fixed leaves the faults where the file has them.
	Fixed Phase = "fixed"
)

// Phases lists the phases.
var Phases = []Phase{Even, Fixed}

// helloOf is the longest hello time of the standby groups of a scenario, or 0
// if it has no group or no fault.
func helloOf(s *scenarios.Scenario) time.Duration {
	if len(s.Timeline) == 0 {
		return 0
	}
	var longest time.Duration
	for _, n := range s.Topology.WithDefaults().Nodes { // order: a maximum
		for _, standby := range n.Standby { // order: as above
			longest = max(longest, standby.Hello)
		}
	}
	return longest
}

// phaseOf is by how much the timeline of the seed with a number, of so many, is
// moved.
func phaseOf(hello time.Duration, number, of int) time.Duration {
	return (hello * time.Duration(number) / time.Duration(of)).Truncate(time.Microsecond)
}
