package selfbalance

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrAlgorithm is wrapped by the errors of parsing an Algorithm.
var ErrAlgorithm = errors.New("unknown distribution algorithm")

// Algorithm says how new connections are spread over the members.
type Algorithm uint8

const (
	// WeightedLeastConnections sends a connection to the member with the fewest
	// connections for its weight.
	WeightedLeastConnections Algorithm = iota
	// RoundRobin takes the members in turn, whatever their weights.
	RoundRobin
	// WeightedRoundRobin takes the members in turn, in proportion to their weights.
	WeightedRoundRobin
	// SourceHash computes the member from the client's address and port.
	SourceHash
)

var algorithmNames = [...]string{
	WeightedLeastConnections: "wlc", RoundRobin: "rr", WeightedRoundRobin: "wrr", SourceHash: "sh",
}

// String names the algorithm as scenario files and ipvsadm spell it.
func (a Algorithm) String() string {
	if int(a) < len(algorithmNames) {
		return algorithmNames[a]
	}
	return "Algorithm(" + strconv.Itoa(int(a)) + ")"
}

// MarshalText implements encoding.TextMarshaler.
func (a Algorithm) MarshalText() ([]byte, error) {
	if int(a) >= len(algorithmNames) {
		return nil, fmt.Errorf("algorithm: %w: %d", ErrAlgorithm, uint8(a))
	}
	return []byte(a.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Algorithm) UnmarshalText(text []byte) error {
	for i, name := range algorithmNames {
		if name == string(text) {
			*a = Algorithm(i)
			return nil
		}
	}
	return fmt.Errorf("algorithm: %w: got %q, want wlc, rr, wrr or sh", ErrAlgorithm, text)
}
