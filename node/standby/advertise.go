package standby

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// The captures of node/wire/facts show when a router sends an Advertise: when
// its group starts, when it becomes Active and when it ceases to be, when it
// hears an Active after there was none, and while it is not Active 24 s to 30 s
// after the last one.
const (
	advertiseTime   = 27 * time.Second
	advertiseSpread = 3 * time.Second
)

// Advertise multicasts that the member is Active or not. Receivers ignore it.
type Advertise struct{ Message wire.Advertise }

// IsAction implements Action.
func (Advertise) IsAction() {}

func (a Advertise) String() string { return fmt.Sprintf("advertise %s", a.Message.State) }

// AppendFrame implements Sending.
func (a Advertise) AppendFrame(dst []byte, source wire.MAC, from netip.Addr) ([]byte, error) {
	return wire.AppendAdvertiseFrame(dst, source, from, a.Message)
}

// FromOwner implements Sending: routers send it from the interface's own MAC
// address, even an Active.
func (Advertise) FromOwner() bool { return false }

// Notable implements Sending: the change that it reports is an event already.
func (Advertise) Notable() string { return "" }

var _ Sending = Advertise{}

// advertise sends an Advertise, if configured, and arms the timer for the next.
func (t *turn) advertise(state wire.AdvertiseState) {
	if !t.cfg.Advertise {
		return
	}
	a := wire.Advertise{Type: 1, State: state, PassiveGroups: 1}
	t.advertiseDue = t.now + advertiseTime + time.Duration(float64(advertiseSpread)*t.jitter)
	if state == wire.AdvertiseActive {
		a.ActiveGroups, a.PassiveGroups = 1, 0
		t.advertiseDue = Never
	}
	t.emit(Advertise{a})
}
