package lbgroup

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Config is a load balancer group under DataPower's properties
// (spec/failover.md §6.1). It is complete: the group has no defaults.
type Config struct {
	Algorithm Algorithm

	// Damp is how long a member is softdown after a failed connection: 1 s to 86400
	// s, DataPower's default is 120 s.
	Damp time.Duration

	// GiveUpWhenAllMembersDown makes a transaction fail at once when no member is
	// up (giveup-when-all-members-down, NeverReturnSickMember, "Do not Bypass Down
	// State"). DataPower's default is off.
	GiveUpWhenAllMembersDown bool

	// TryEveryServer makes a transaction try all members before it fails
	// (try-every-server, TryEveryServerBeforeFailing). DataPower's default is off.
	TryEveryServer bool

	// Mode says whether these two mean what IBM documents or what was observed.
	Mode Mode

	// FailedCheck is the state of a member whose health check fails: Down, or
	// SoftDown as the help text of the check's XPath says. That text says "until it
	// passes a health check", so Damp does not end this SoftDown, and a failed
	// connection does not begin Damp in it.
	FailedCheck State

	// TryEveryFailed is the state of a Down member after a failed attempt under
	// TryEveryServer: Down, since health checks decide about it, or SoftDown, as
	// the text of try-every-server says. Then Damp brings a member back up whose
	// health check has not passed.
	TryEveryFailed State

	Affinity Affinity
	Members  []Member // at most MembersMax
}

// Member is a back end of the group (spec/failover.md §6.2).
type Member struct {
	Server   string // names the member; unique in the group
	Weight   int    // 1 to 65000, DataPower's default is 1; in SetMembers also 0
	Disabled bool   // LBMemberState is disabled
	CloneID  string // that a WebSphere server adds to its session cookies; may be empty
}

// Mode says which reading of the two properties about retries a group follows
// (spec/failover.md §6.5).
type Mode uint8

const (
	// Documented is what IBM's reference says: TryEveryServer applies only when no
	// member is up; otherwise a failed attempt is the last.
	Documented Mode = iota
	// Observed is what was seen on appliances: a failed attempt is followed by one
	// to the next member that is up, and with TryEveryServer by attempts to all
	// others in whatever state.
	Observed
)

var modeWords = words{"mode", []string{"documented", "observed"}}

// String names the mode.
func (m Mode) String() string { return modeWords.name(uint8(m)) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (m *Mode) UnmarshalText(text []byte) error {
	value, err := modeWords.value(text)
	if err == nil {
		*m = Mode(value)
	}
	return err
}

// Limits of a group.
const (
	MembersMax = 1024 // ours
	WeightMax  = 65000
	DampMin    = time.Second
	DampMax    = 86400 * time.Second
)

// ErrConfig is wrapped by the errors about a Config or a list of weights.
var ErrConfig = errors.New("bad load balancer group")

// check returns all mistakes of a configuration as one error.
func (c *Config) check() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("lbgroup: %w: "+format, append([]any{ErrConfig}, args...)...))
	}
	if int(c.Algorithm) >= len(algorithmWords.names) {
		wrong("algorithm: got %v", c.Algorithm)
	}
	if int(c.Mode) >= len(modeWords.names) {
		wrong("mode: got %v", c.Mode)
	}
	if c.Damp < DampMin || c.Damp > DampMax {
		wrong("damp: got %v, want %v to %v", c.Damp, DampMin, DampMax)
	}
	if c.FailedCheck != Down && c.FailedCheck != SoftDown {
		wrong("failed check: got %v, want %v or %v", c.FailedCheck, Down, SoftDown)
	}
	if c.TryEveryFailed != Down && c.TryEveryFailed != SoftDown {
		wrong("try every failed: got %v, want %v or %v", c.TryEveryFailed, Down, SoftDown)
	}
	return errors.Join(errors.Join(errs...), c.Affinity.check(), checkMembers(c.Members, 1))
}

// checkMembers returns all mistakes of a list of members as one error. least is
// the lowest weight.
func checkMembers(list []Member, least int) error {
	var errs []error
	if len(list) > MembersMax {
		errs = append(errs, fmt.Errorf("lbgroup: %w: got %d members, want at most %d", ErrConfig, len(list), MembersMax))
	}
	seen := make(map[string]bool, len(list))
	for i, m := range list {
		if m.Server == "" || seen[m.Server] {
			errs = append(errs, fmt.Errorf("lbgroup: %w: member %d: got name %q, want one that no other member has", ErrConfig, i+1, m.Server))
		}
		seen[m.Server] = true
		if m.Weight < least || m.Weight > WeightMax {
			errs = append(errs, fmt.Errorf("lbgroup: %w: member %q: got weight %d, want %d to %d", ErrConfig, m.Server, m.Weight, least, WeightMax))
		}
		if strings.ContainsAny(m.CloneID, ":;, \"") {
			errs = append(errs, fmt.Errorf("lbgroup: %w: member %q: clone id: got %q, want no separators", ErrConfig, m.Server, m.CloneID))
		}
	}
	return errors.Join(errs...)
}
