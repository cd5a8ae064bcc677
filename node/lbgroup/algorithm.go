package lbgroup

// Algorithm says how a group chooses among the members that are up. The names
// are those of DataPower's algorithm command, and what they mean stands in
// spec/failover.md §6.5. The zero value is DataPower's default.
type Algorithm uint8

const (
	// RoundRobin takes the next member of the list that is up, whatever the
	// weights. A retry takes its turn like a first attempt.
	RoundRobin Algorithm = iota
	// WeightedRoundRobin takes the members in turn in proportion to their weights,
	// as smoothly as nginx does: of weights 5, 1, 1 it makes a a b a c a a. It
	// begins anew when a member comes up or no longer is, and when weights change.
	// (Ours: nginx goes on, and a member of small weight that was about to have its
	// turn after one of weight 65000 failed would get thousands of requests in a
	// row.)
	WeightedRoundRobin
	// Hash takes the same member for the same Request.Hash. If that one is not up,
	// its clients are spread over the others, and no other client moves. Weights do
	// not count. (Ours: highest random weight by the member's name, so that two
	// gateways with the same members agree.)
	Hash
	// LeastConnections takes the member with the fewest connections; of equal ones
	// the first in the list (ours).
	LeastConnections
	// FirstAlive takes the first member of the list that is up. The others are its
	// backups.
	FirstAlive
	// WeightedLeastConnections takes the member with the fewest connections divided
	// by its weight; of equal ones the first in the list (ours).
	WeightedLeastConnections
)

var algorithmWords = words{"algorithm", []string{
	RoundRobin: "round-robin", WeightedRoundRobin: "weighted-round-robin", Hash: "hash",
	LeastConnections: "least-connections", FirstAlive: "first-alive", WeightedLeastConnections: "weighted-least-connections",
}}

// String names the algorithm as DataPower does.
func (a Algorithm) String() string { return algorithmWords.name(uint8(a)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Algorithm) UnmarshalText(text []byte) error {
	value, err := algorithmWords.value(text)
	if err == nil {
		*a = Algorithm(value)
	}
	return err
}
