package cluster

import "net/netip"

// Event is something that happened to a member.
type Event interface{ isEvent() }

// Start is the first event.
type Start struct{}

// Tick is the deadline.
type Tick struct{}

// Received is a message.
type Received struct{ Message Message }

// Heard is something else from a member, which shows as well that it lives.
type Heard struct{ From netip.AddrPort }

// Opened is a connection to an address that has been made.
type Opened struct{ To netip.AddrPort }

// Failed is a connection to an address that could not be made.
type Failed struct{ To netip.AddrPort }

// Closed is a connection with an address that the other end has closed, or
// that has broken.
type Closed struct{ With netip.AddrPort }

func (Start) isEvent()    {}
func (Tick) isEvent()     {}
func (Received) isEvent() {}
func (Heard) isEvent()    {}
func (Opened) isEvent()   {}
func (Failed) isEvent()   {}
func (Closed) isEvent()   {}

// Action is what the shell must do after a step, in order: what tells others
// that they are left comes before the connection with them is closed.
type Action interface{ isAction() }

// Connect makes a connection to an address. Opened or Failed follows; Opened
// also if there is one already.
type Connect struct{ To netip.AddrPort }

// Send sends a message on the connection to an address. Without one, it makes
// one first, as Connect does, and Opened or Failed follows.
type Send struct {
	To      netip.AddrPort
	Message Message
}

// Disconnect closes the connections with an address, after what was sent on
// them. Closed does not follow.
type Disconnect struct{ With netip.AddrPort }

// Joined reports that the member belongs to a cluster, with these members.
type Joined struct{ Members []Member }

// Added reports another member.
type Added struct{ Member Member }

// Removed reports that another member has gone. If it has restarted, the
// connections with its address are those of its next life.
type Removed struct {
	Member Member
	Reason string
}

// Elected reports whether the member is the coordinator, after a change.
type Elected struct{ Coordinator bool }

// Merging reports that the member leaves its cluster for that of another
// master.
type Merging struct{ Into netip.AddrPort }

// Stopped reports that the member gave up joining. Nothing more follows.
type Stopped struct{ Reason string }

func (Connect) isAction()    {}
func (Send) isAction()       {}
func (Disconnect) isAction() {}
func (Joined) isAction()     {}
func (Added) isAction()      {}
func (Removed) isAction()    {}
func (Elected) isAction()    {}
func (Merging) isAction()    {}
func (Stopped) isAction()    {}

// Why a member was removed.
const (
	NoHeartbeat    = "no heartbeat"    // for too long
	NoConfirmation = "no confirmation" // that this is its master, for too long
	SocketClosed   = "socket closed"
	Unreachable    = "unreachable" // connections to it failed
	Restarted      = "restarted"   // it wants to join, in another life
	NotListed      = "not in the list"
	ToldTo         = "told to" // it says that this is no member of its own
	ForMerging     = "merging" // this member leaves the cluster
)
