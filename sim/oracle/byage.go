package oracle

import "time"

// ByAge counts what became of the connections that a fault found, by how long
// they had been established then. The sums over all ages are those of
// Connections.
type ByAge struct {
	Fault string
	At    time.Duration
	From  time.Duration // the age, or more
	Under time.Duration // less than that; 0: without limit

	Kept, Lost, LostOtherwise, Idle int // as in Connections
}

// ageLimits are the ages at which a class ends and the next one begins.
var ageLimits = []time.Duration{time.Second, 10 * time.Second, time.Minute, 10 * time.Minute}

// byAge is the counts of one fault. The last class has no limit.
type byAge [5]ByAge

// of returns the counts of the class of an age.
func (a *byAge) of(age time.Duration) *ByAge {
	for i, limit := range ageLimits {
		if age < limit {
			return &a[i]
		}
	}
	return &a[len(ageLimits)]
}

// ages lists the classes of a fault in which there were connections.
func (t *faultTally) ages() (all []ByAge) {
	for i, a := range t.byAge {
		if a.Kept+a.Lost+a.LostOtherwise+a.Idle == 0 {
			continue
		}
		a.Fault, a.At = t.Fault, t.At
		if i > 0 {
			a.From = ageLimits[i-1]
		}
		if i < len(ageLimits) {
			a.Under = ageLimits[i]
		}
		all = append(all, a)
	}
	return all
}
