package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Protocol is one member of one group under an election protocol, as a shell runs it: a machine, and what its frames
// look like. HSRP is one.
type Protocol interface {
	// Step applies an event at an instant and returns what the outside must do, in order. Every protocol understands
	// Start, Stop, Tick and Yield, and has events of its own.
	Step(now time.Duration, ev Event) []Action
	// Deadline is the earliest instant at which a timer is due, or Never. The shell steps with a Tick then.
	Deadline() time.Duration
	// Status is what an administrator sees.
	Status() Status

	// Identity says who performs an action. The shell asks before it performs one, in their order, because a member
	// that changes its group leaves the old one as who it was.
	Identity(Action) Identity

	// Matches reports whether a received frame belongs to the protocol. It is asked of every frame.
	Matches(frame []byte) bool
	// Multicast is the Ethernet address that the protocol's frames go to.
	Multicast() wire.MAC
	// Parse returns the event that such a frame means, or nil if it is malformed.
	Parse(frame []byte) Event
}

// Identity is who a member is on the wire.
type Identity struct {
	Group      uint8
	Address    netip.Addr // of the interface
	VirtualMAC wire.MAC   // of the group
}

// ClaimVIP, ReleaseVIP and Announce are actions of every protocol. Its others are of one of the kinds below.

// Changing is an action that reports a transition. It asks for nothing.
type Changing interface {
	Action
	Change() Change
}

// Change is a transition between states in the protocol's own words.
type Change struct {
	From, To   string
	Owner      bool // in To the member answers for the virtual addresses
	Cause      string
	ActiveLost bool // the cause is that the present owner is lost or gives up
}

// Sending is an action that sends a message to the group.
type Sending interface {
	Action
	// AppendFrame appends the frame to dst.
	AppendFrame(dst []byte, source wire.MAC, from netip.Addr) ([]byte, error)
	// FromOwner reports whether the sender speaks as the owner: then its Ethernet source is the virtual MAC, if the
	// virtual addresses answer with that, so that switches learn where it is.
	FromOwner() bool
	// Notable names a message that is worth an event, and is empty for one that repeats.
	Notable() string
}

// Refusing is an action that reports a message that was not believed. It asks for nothing.
type Refusing interface {
	Action
	Refusal() (peer netip.Addr, reason string)
}
