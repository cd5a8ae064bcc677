package standby

import (
	"errors"
	"fmt"
	"strconv"
)

// ErrProfile, ErrResign and ErrMismatch are wrapped by the errors of parsing a
// Profile, a ResignOn or a VIPMismatch.
var (
	ErrProfile  = errors.New("unknown profile")
	ErrResign   = errors.New("unknown message to resign on")
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
	// node/wire/facts): a member that enters Speak, Standby or Active sends a hello
	// at once and counts its hello timer from there; a member in Listen waits while
	// a higher one speaks; and the Active's timers replace a member's own ones
	// until it is Active itself. They also resign on other messages: see
	// Config.ResignOn.
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

// ResignOn is the message of a higher member on which an Active that gives up
// its role to it sends a Resign. It steps down on either.
type ResignOn uint8

const (
	// ResignOnCoup is RFC 2281: row j of its table resigns, row g does not.
	ResignOnCoup ResignOn = iota
	// ResignOnHello is what captures of Cisco's routers show: six of them beaten by
	// a Coup said only Hello (facts.Campus), and one that heard the hello of a
	// higher Active resigned before that one's Coup (facts.OneSideMD5).
	ResignOnHello
	// ResignOnBoth is what Cisco's document 13780 says (spec/failover.md §1.10).
	ResignOnBoth
	// ResignNever steps down without a Resign.
	ResignNever
)

var resignNames = [...]string{ResignOnCoup: "coup", ResignOnHello: "hello", ResignOnBoth: "both", ResignNever: "never"}

// String names the message as scenario files spell it.
func (r ResignOn) String() string {
	if int(r) < len(resignNames) {
		return resignNames[r]
	}
	return "ResignOn(" + strconv.Itoa(int(r)) + ")"
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *ResignOn) UnmarshalText(text []byte) error {
	for i, name := range resignNames {
		if name == string(text) {
			*r = ResignOn(i)
			return nil
		}
	}
	return fmt.Errorf("resign: %w: %q, want coup, hello, both or never", ErrResign, text)
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
