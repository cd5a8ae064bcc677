package selfbalance

import (
	"errors"
	"fmt"
)

// Overflow says what happens to a new connection when the table is full.
type Overflow uint8

// The policies.
const (
	EvictIdle Overflow = iota // the connection that was idle longest is forgotten
	RefuseNew                 // the new connection is refused
)

var overflowNames = [...]string{EvictIdle: "evict", RefuseNew: "refuse"}

// ErrOverflow means that there is no such policy.
var ErrOverflow = errors.New("no such policy")

// String names the policy as scenarios do.
func (o Overflow) String() string {
	if int(o) >= len(overflowNames) {
		return fmt.Sprintf("Overflow(%d)", uint8(o))
	}
	return overflowNames[o]
}

// MarshalText implements encoding.TextMarshaler.
func (o Overflow) MarshalText() ([]byte, error) {
	if int(o) >= len(overflowNames) {
		return nil, fmt.Errorf("overflow: %w: %d", ErrOverflow, uint8(o))
	}
	return []byte(o.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *Overflow) UnmarshalText(text []byte) error {
	for i, name := range overflowNames {
		if name == string(text) {
			*o = Overflow(i)
			return nil
		}
	}
	return fmt.Errorf("overflow: %w: %q, want evict or refuse", ErrOverflow, text)
}
