package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// AnnounceTimes says when the gratuitous ARP of a takeover is repeated, counted from the takeover. The announcement at
// the takeover itself always happens and is not listed. Times ascend; unused places are zero.
type AnnounceTimes [8]time.Duration

// Config is what a user sets for one group on one interface. It is a value and comparable with ==, and complete: the
// machine has no defaults.
type Config struct {
	Profile   Profile
	Group     uint8
	VirtualIP netip.Addr // zero: learn it from the Active
	Address   netip.Addr // of the interface: who we are, and the second half of our rank

	Priority uint8 // higher wins; equal: the higher Address wins
	Preempt  bool  // take the role from a lower Active

	// HelloTime is between two hellos, HoldTime how long an Active or Standby is believed after its last one. The wire has
	// whole seconds; a member whose hold time is no whole number of seconds believes its own instead of what the peer's
	// rounded hello says.
	HelloTime, HoldTime time.Duration

	// LearnTimes takes the pair from the Active once one is heard. The pair is learned together or not at all: the RFC
	// forbids an Active to mix a learned and a configured one (RFC 2281 §5.1).
	LearnTimes bool

	Auth wire.Auth

	// BootDelay keeps the member Initial for that long after Start. One hold time avoids that a quick reboot displaces
	// the Standby before it has taken over (spec/failover.md §1.7, hazard 2).
	BootDelay time.Duration

	// HelloJitter is the share of the hello time by which Tick.Jitter moves the next hello: 0.1 means ±10 %. RFC 2281
	// §5.4 demands some jitter and names no amount.
	HelloJitter float64

	AnnounceTimes AnnounceTimes

	// ReannounceOnWin makes an Active announce again, as after a takeover, when it learns that another member thought
	// itself Active or wanted to be: it hears a lower Active (event h), a lower member's Coup, or a Resign. The RFC does
	// not ask for it; without it, hosts that believed the loser go on sending to it (spec/failover.md §8, F27).
	ReannounceOnWin bool

	// SpeakBeforeStepDown makes an Active that hears a higher Active send one more hello as Active before it steps down,
	// so that the winner learns of the conflict even when it never heard the loser: a member that was frozen and thaws.
	// keepalived calls it higher_prio_send_advert. Use it together with ReannounceOnWin.
	SpeakBeforeStepDown bool

	VIPMismatch VIPMismatch
}

// sameMember reports whether d describes the same member of the same group, so that a running machine can change to it
// in place.
func (c Config) sameMember(d Config) bool {
	return c.Profile == d.Profile && c.Group == d.Group && c.VirtualIP == d.VirtualIP && c.Address == d.Address
}
