package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// AnnounceTimes lists when to repeat the gratuitous ARP of a takeover, counted
// from the takeover. The announcement at the takeover itself always happens and
// is not listed. Times ascend; unused entries are zero.
type AnnounceTimes [8]time.Duration

// Config is what a user sets for one group on one interface. It is a value and
// comparable with ==, and complete: the machine has no defaults.
type Config struct {
	Profile   Profile
	Group     uint8
	VirtualIP netip.Addr // zero: learn it from the Active
	Address   netip.Addr // of the interface: our identity, and the tie-break of our rank

	Priority uint8 // higher wins; if equal, the higher Address wins
	Preempt  bool  // take the role from a lower Active

	// HelloTime is the time between two hellos, HoldTime how long an Active or
	// Standby counts as alive after its last one. The wire carries whole seconds; a
	// member whose hold time is not a whole number of seconds uses its own instead
	// of the rounded one in the peer's hello.
	HelloTime, HoldTime time.Duration

	// LearnTimes takes both times from the Active once one is heard. They are
	// learned together or not at all: an Active must not mix a learned and a
	// configured time (RFC 2281 §5.1).
	LearnTimes bool

	Auth wire.Auth

	// BootDelay keeps the member Initial for that long after Start. One hold time
	// keeps a quick reboot from displacing the Standby before it has taken over
	// (spec/failover.md §1.7, hazard 2).
	BootDelay time.Duration

	// LinkDelay keeps the member Initial until its carrier has been up for that
	// long, if it came up after the boot. A link that flaps, or whose switch port
	// does not forward yet, then does not bring a member that hears nobody.
	LinkDelay time.Duration

	// PreemptDelay is how long after it has joined the group, at boot or when its
	// carrier is back, the member does not preempt. It still takes a role that
	// nobody has.
	PreemptDelay time.Duration

	// HelloJitter is the share of the hello time by which Tick.Jitter moves the
	// next hello: 0.1 means ±10 %. RFC 2281 §5.4 demands some jitter but does not
	// say how much.
	HelloJitter float64

	AnnounceTimes AnnounceTimes

	// AnnounceEvery makes an Active announce again at that interval, counted from
	// the last of the AnnounceTimes; 0: it does not. It repairs a neighbour that
	// missed the takeover's announcements.
	AnnounceEvery time.Duration

	// ReannounceOnWin makes an Active announce again, as after a takeover, when it
	// learns that another member was Active or tried to be: it hears a lower Active
	// (event h), a lower member's Coup, or a Resign. The RFC does not require it;
	// without it, hosts that learned the loser's MAC keep sending to it
	// (spec/failover.md §8, F27).
	ReannounceOnWin bool

	// SpeakBeforeStepDown makes an Active that hears a higher Active send one more
	// hello as Active before it steps down, so that the winner learns of the
	// conflict even if it never heard the loser, such as a member that was frozen
	// and thaws. keepalived calls it higher_prio_send_advert. Use it together with
	// ReannounceOnWin.
	SpeakBeforeStepDown bool

	// ResignOn says which message of a higher member makes a beaten Active resign.
	ResignOn ResignOn

	// ActiveDelay is how long a member that becomes Standby while no Active is
	// known stays Standby before it becomes Active. Some versions of IOS wait 0.5 s
	// (facts.OneSideMD5). RFC2281 has no such step, see Profile.
	ActiveDelay time.Duration

	// Advertise sends Cisco's Advertise messages (spec/failover.md §1.10).
	Advertise bool

	VIPMismatch VIPMismatch
}

// sameMember reports whether d describes the same member of the same group, so
// that a running machine can change to it in place.
func (c Config) sameMember(d Config) bool {
	return c.Profile == d.Profile && c.Group == d.Group && c.VirtualIP == d.VirtualIP && c.Address == d.Address
}
