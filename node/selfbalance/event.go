package selfbalance

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/node/wire/balance"
	"github.com/cablepull/cablepull/node/wire/ipvs"
)

// Event is what happens to a member. Frequent events are pointers, which need
// no allocation; Step does not keep them.
type Event interface{ event() }

// Start: the interface has a carrier, and the member takes part.
type Start struct{}

// Stop: the carrier is lost, or standby control was turned off.
type Stop struct{}

// Role: the member has become the owner of the virtual IPs, or is no longer.
type Role struct{ Owner bool }

// Tick: the instant of Deadline has come.
type Tick struct {
	Busy float64 // share of the CPU in use since the last report, 0..1
}

// Offer: the services of the member's machine have changed. It lists all.
type Offer struct{ Services []LocalService }

// LocalService is a service of the member's own machine.
type LocalService struct {
	Service   Service
	Name      string
	Kind      string // of service, such as http
	Listening bool
	// Connections is how many the machine has open.
	Connections int
	// Fixed says why the service is never balanced; empty: it is.
	Fixed string
	// DataFirst and DataLast are the ports of its data connections, which are
	// balanced as little as itself; 0: it has none.
	DataFirst, DataLast uint16
}

// has reports whether an address is that of the service or of its data
// connections.
func (l LocalService) has(s Service) bool {
	return s == l.Service || s.VIP == l.Service.VIP && l.DataFirst != 0 && l.DataFirst <= s.Port && s.Port <= l.DataLast
}

// Quiesce: the member is about to leave, or no longer.
type Quiesce struct{ On bool }

// Heard: a message of the group has arrived and is authentic.
type Heard struct {
	Message balance.Message
	MAC     wire.MAC // of the sender; zero: the frame does not say it
}

// HeardSync: a message of IPVS's connection synchronization has arrived. They
// carry no authentication.
type HeardSync struct{ Message ipvs.Sync }

// Rejected: a message could not be read, or is not authentic.
type Rejected struct {
	From   netip.Addr
	Reason string
}

// Live: the answer to a Collect.
type Live struct {
	For   netip.Addr // as in Collect
	Epoch uint32
	Flows []LiveFlow
}

// LiveFlow is a connection that lives at this machine.
type LiveFlow struct {
	Flow  Flow
	State State
}

func (Start) event()      {}
func (Stop) event()       {}
func (Role) event()       {}
func (*Tick) event()      {}
func (Offer) event()      {}
func (Quiesce) event()    {}
func (*Heard) event()     {}
func (*HeardSync) event() {}
func (Rejected) event()   {}
func (Live) event()       {}
