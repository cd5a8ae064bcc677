package standby

import (
	"net/netip"

	"github.com/cablepull/cablepull/node/wire"
)

// Event is what can happen to a member: Start, Stop, Tick or Yield under any protocol, Received or Reconfigure to a
// Machine. Other protocols add events of their own.
type Event interface{ IsEvent() }

// Start is event a: the group is enabled on an interface that is up. With a boot delay the machine stays Initial until
// it is over. A machine that runs already ignores it.
type Start struct{}

// Stop is event b: the group is disabled or its interface went down. An Active resigns; whether the Resign reaches
// anybody is the network's matter.
type Stop struct{}

// Tick says that time has passed. It serves all timers due at or before the instant of the step; before the Deadline it
// does nothing.
type Tick struct {
	// Jitter is the hello timer's draw, from -1 to 1; Config.HelloJitter says what share of the hello time it moves.
	// The machine draws nothing itself, so a run can be repeated.
	Jitter float64
}

// Received is a message that arrived: From is the sender's interface address, which identifies the member.
type Received struct {
	From    netip.Addr
	Message wire.Message
}

// Reconfigure changes the configuration of a running machine. Priority, preempt, timers, authentication and the bench's
// own knobs change in place and move nothing by themselves. Another group, virtual IP, address or profile makes it
// another member: the machine leaves the old group, resigning if it is Active, and starts in the new one.
type Reconfigure struct{ Config Config }

// Yield is the operator's "yield standby" (DataPower's YieldEthernetStandby): an Active gives the role up, resigns and
// listens. It neither preempts nor displaces the Standby until another member has been Active and is lost, or until it is
// restarted. If nobody takes the role it comes back by the timers, after two hold times: an address nobody serves helps
// no operator. A member that is not Active ignores it.
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
