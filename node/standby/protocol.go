package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Protocol is one member of one group under an election protocol, as a shell
// runs it: a machine and its frame format. HSRP is one.
type Protocol interface {
	// Step applies an event at an instant and returns what the shell must do, in
	// order. Every protocol handles Start, Stop, *Tick and Yield, and has events of
	// its own. Frequent events are pointers, which need no allocation; Step must
	// not keep them.
	Step(now time.Duration, ev Event) []Action
	// Deadline is the earliest instant at which a timer is due, or Never. The shell
	// steps with a Tick then.
	Deadline() time.Duration
	// Status is what an administrator sees.
	Status() Status

	// Identity returns the identity for an action. The shell calls it before each
	// action, in order, because a member that changes its group must leave the old
	// group under its old identity.
	Identity(Action) Identity

	// Matches reports whether a received frame belongs to the protocol. It is
	// called for every frame.
	Matches(frame []byte) bool
	// Multicast is the destination Ethernet address of the protocol's frames.
	Multicast() wire.MAC
	// Parse returns the event for such a frame, or nil if it is malformed. The
	// event is valid until the next call.
	Parse(frame []byte) Event
}

// Identity identifies a member on the wire.
type Identity struct {
	Group      uint8
	Address    netip.Addr // of the interface
	VirtualMAC wire.MAC   // of the group
}

// ClaimVIP, ReleaseVIP and Announce are actions of every protocol. All other
// actions implement one of the interfaces below.

// Changing is an action that reports a transition. The shell only logs it.
type Changing interface {
	Action
	Change() Change
}

// Change is a transition between states in the protocol's own words.
type Change struct {
	From, To   string
	Owner      bool // in To the member answers for the virtual addresses
	Cause      string
	ActiveLost bool // the cause is that the current owner is lost or gives up
}

// Sending is an action that sends a message to the group.
type Sending interface {
	Action
	// AppendFrame appends the frame to dst.
	AppendFrame(dst []byte, source wire.MAC, from netip.Addr) ([]byte, error)
	// FromOwner reports whether the sender is the owner: then the Ethernet source
	// is the virtual MAC, if virtual MACs are in use, so that switches learn its
	// port.
	FromOwner() bool
	// Notable names a message that is worth an event; it is empty for periodic
	// messages.
	Notable() string
}

// Refusing is an action that reports a rejected message. The shell only logs
// it.
type Refusing interface {
	Action
	Refusal() (peer netip.Addr, reason string)
}
