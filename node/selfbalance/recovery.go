package selfbalance

import "fmt"

// Recovery says how a member that becomes the owner learns of the connections
// that others terminate (spec/failover.md §5.8).
type Recovery uint8

// The ways to recover.
const (
	// RecoverByRebuild asks all members for their connections, as z/OS's Sysplex
	// Distributor does, and holds what it does not know until they have answered.
	RecoverByRebuild Recovery = iota
	// RecoverNothing begins with an empty table: unknown connections are reset.
	RecoverNothing
	// RecoverBySync keeps a copy of the owner's table, as IPVS does: its messages
	// are thresholded, unacknowledged, and never repeated as a whole.
	RecoverBySync
	// RecoverBySecondChance needs no table, as GitHub's GLB does: a hash of the
	// connection orders the members, and the first passes on what it does not know
	// to the second.
	RecoverBySecondChance
)

var recoveryWords = [...]string{"rebuild", "none", "sync", "second-chance"}

// String returns the word that a scenario uses.
func (r Recovery) String() string {
	if int(r) < len(recoveryWords) {
		return recoveryWords[r]
	}
	return fmt.Sprintf("Recovery(%d)", uint8(r))
}

// MarshalText implements encoding.TextMarshaler.
func (r Recovery) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Recovery) UnmarshalText(text []byte) error {
	for i, word := range recoveryWords {
		if string(text) == word {
			*r = Recovery(i)
			return nil
		}
	}
	return fmt.Errorf("selfbalance: recovery: got %q, want none, sync, rebuild or second-chance", text)
}
