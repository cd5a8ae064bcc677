package standby

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrProfile and ErrMismatch are wrapped by the errors of parsing a Profile or
// a VIPMismatch.
var (
	ErrProfile  = errors.New("unknown profile")
	ErrMismatch = errors.New("unknown policy for a virtual IP mismatch")
)

// Profile is the implementation of HSRP to imitate.
type Profile uint8

const (
	// DataPower is the RFC's table with the corrections of spec/failover.md §1.7: a
	// member that becomes Standby while no Active is known takes over at once,
	// timers that expire at the same instant run in the order that makes progress,
	// and a Resign counts only when it comes from the active member.
	DataPower Profile = iota

	// IOS adds what Cisco's routers do (spec/failover.md §1.10, and the tables of
	// node/wire/facts): an Active that hears a higher Active resigns instead of
	// stepping down silently, and a member that enters Speak, Standby or Active
	// sends a hello at once and counts its hello timer from there.
	IOS

	// RFC2281 is the table to the letter, deadlocks included: no correction for a
	// Standby without an Active, the Active timer always expires before the Standby
	// timer, and a Resign counts whoever sends it.
	RFC2281
)

var profileNames = [...]string{DataPower: "datapower", IOS: "ios", RFC2281: "rfc2281"}

// String names the profile as scenario files spell it.
func (p Profile) String() string {
	if int(p) < len(profileNames) {
		return profileNames[p]
	}
	return "Profile(" + strconv.Itoa(int(p)) + ")"
}

// MarshalText implements encoding.TextMarshaler.
func (p Profile) MarshalText() ([]byte, error) {
	if int(p) >= len(profileNames) {
		return nil, fmt.Errorf("profile: %w: %d", ErrProfile, uint8(p))
	}
	return []byte(p.String()), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Profile) UnmarshalText(text []byte) error {
	for i, name := range profileNames {
		if name == string(text) {
			*p = Profile(i)
			return nil
		}
	}
	return fmt.Errorf("profile: %w: %q, want datapower, ios or rfc2281", ErrProfile, text)
}

// VIPMismatch is what a member does with a message of its group that names
// another virtual IP. It counts the message either way.
type VIPMismatch uint8

const (
	// AcceptMismatch treats the sender as a peer, as routers do: only the group
	// number matters.
	AcceptMismatch VIPMismatch = iota
	// IgnoreMismatch drops the message.
	IgnoreMismatch
)

// String names the policy as scenario files spell it.
func (v VIPMismatch) String() string {
	if v == IgnoreMismatch {
		return "ignore"
	}
	return "accept"
}

// MarshalText implements encoding.TextMarshaler.
func (v VIPMismatch) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (v *VIPMismatch) UnmarshalText(text []byte) error {
	switch string(text) {
	case "accept":
		*v = AcceptMismatch
	case "ignore":
		*v = IgnoreMismatch
	default:
		return fmt.Errorf("vip mismatch: %w: %q, want accept or ignore", ErrMismatch, text)
	}
	return nil
}
