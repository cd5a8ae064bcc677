package selfbalance

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// Action is what the shell must do, in order.
type Action interface{ action() }

// Send sends a message to one member, or to all.
type Send struct {
	To      netip.Addr // the zero address: all
	Message balance.Message
}

// SendSync sends a message of IPVS's connection synchronization to all members.
type SendSync struct{ Message ipvs.Sync }

// Collect asks the shell for the connections to the virtual IPs that live at
// this machine. It answers with Live at once.
type Collect struct {
	For   netip.Addr // the member that asks; our own address: the machine itself
	Epoch uint32
}

// Decide asks the shell to route the segments that it holds once more, in
// order. None is held again.
type Decide struct{}

// Ready says that the member knows the connections of the present owner, or has
// nobody to ask.
type Ready struct{}

// MemberChanged: another member is heard for the first time, or its reports
// have been missing for too long.
type MemberChanged struct {
	Member netip.Addr
	Heard  bool
}

// MemberMoved: another member has its first Ethernet address, or a new one. It
// comes before what is sent there.
type MemberMoved struct {
	Slot Slot
	MAC  wire.MAC
}

// WeightChanged: the weight of one of the member's own services has changed.
type WeightChanged struct {
	Service Service
	Weight  uint16
	Reason  string
}

// TableChanged: the number of entries has changed since the last report.
type TableChanged struct{ Entries, Active int }

// RecoveryBegan: segments of unknown connections are held from now on, or the
// member will decide about them by what it has.
type RecoveryBegan struct{ Reason string }

// RecoveryEnded: all members have answered, or it is too late.
type RecoveryEnded struct {
	Reason string
	Flows  int // connections that the others have reported
	Silent int // members that have not answered
	Took   time.Duration
}

// Refusal: messages of a peer are ignored. It comes once for each peer and
// reason.
type Refusal struct {
	Peer   netip.Addr
	Reason string
}

func (Send) action()          {}
func (SendSync) action()      {}
func (Collect) action()       {}
func (Decide) action()        {}
func (Ready) action()         {}
func (MemberChanged) action() {}
func (MemberMoved) action()   {}
func (WeightChanged) action() {}
func (TableChanged) action()  {}
func (RecoveryBegan) action() {}
func (RecoveryEnded) action() {}
func (Refusal) action()       {}
