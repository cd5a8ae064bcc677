package standby

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Event is what can happen to a member: Start, Stop, Tick or Yield under any
// protocol, Received or Reconfigure to a Machine. Other protocols add events of
// their own.
type Event interface{ IsEvent() }

// Start is event a: the group is enabled on an interface that is up. With a
// boot or link delay the machine stays Initial until the delays are over. A
// running machine ignores it.
type Start struct {
	// LinkedAt is the instant at which the carrier came up; 0: it was up before.
	LinkedAt time.Duration
}

// Stop is event b: the group is disabled or its interface went down. An Active
// resigns; whether the Resign reaches anybody depends on the network.
type Stop struct{}

// Tick runs all timers due at or before the instant of the step; before the
// Deadline it does nothing.
type Tick struct {
	// Jitter is a random number from -1 to 1 for the next hello; Config.HelloJitter
	// is the share of the hello time it scales. The caller draws it, so that a run
	// can be repeated.
	Jitter float64
}

// Received is a message that arrived: From is the sender's interface address,
// which identifies the member.
type Received struct {
	From    netip.Addr
	Message wire.Message
}

// Reconfigure changes the configuration of a running machine. Priority,
// preempt, timers, authentication and the bench's own settings change in place;
// by themselves they do not move the role. A new group, virtual IP, address or
// profile makes it a new member: the machine leaves the old group, resigning if
// it is Active, and starts in the new one.
type Reconfigure struct{ Config Config }

// Yield is the operator's "yield standby" (DataPower's YieldEthernetStandby):
// an Active gives up the role, resigns and listens. It neither preempts nor
// displaces the Standby until another member has been Active and is lost, or
// until it is restarted. If nobody takes the role, this member takes it back by
// its timers after two hold times, so that the address does not stay unserved.
// A member that is not Active ignores it.
type Yield struct{}

// IsEvent implements Event.
func (Start) IsEvent() {}

// IsEvent implements Event.
func (Stop) IsEvent() {}

// IsEvent implements Event.
func (Tick) IsEvent() {}

// IsEvent implements Event.
func (Received) IsEvent() {}

// IsEvent implements Event.
func (Reconfigure) IsEvent() {}

// IsEvent implements Event.
func (Yield) IsEvent() {}
