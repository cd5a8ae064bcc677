package kit

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/reports/pcapng"
)

// Heard is an HSRP message that was on the wire.
type Heard struct {
	At      time.Duration
	From    netip.Addr
	Unicast bool // to one peer, instead of to all members
	Message wire.Message
	// Advertise is what an Advertise says; then nothing of Message is set but its
	// opcode.
	Advertise wire.Advertise
}

// Tap is a capture that keeps the HSRP messages, and writes all frames if it
// has a Writer.
type Tap struct {
	Messages []Heard
	Writer   *pcapng.Writer
}

// NewTap returns a tap that has heard nothing.
func NewTap() *Tap { return &Tap{} }

// Sent implements netfab.Observer.
func (t *Tap) Sent(now time.Duration, from *netfab.Port, data []byte) {
	if t.Writer != nil {
		t.Writer.Frame(now, t.Writer.Interface(from.Name()), data)
	}
	if !wire.IsHSRP(data) {
		return
	}
	unicast := !wire.EthernetOf(data).Destination().IsMulticast()
	if _, source, m, err := wire.ParseFrame(data); err == nil {
		t.Messages = append(t.Messages, Heard{At: now, From: source, Unicast: unicast, Message: m})
	} else if _, source, a, err := wire.ParseAdvertiseFrame(data); err == nil {
		t.Messages = append(t.Messages, Heard{At: now, From: source, Unicast: unicast, Message: wire.Message{Opcode: wire.OpAdvertise}, Advertise: a})
	}
}

// Lost implements netfab.Observer. The capture omits frames that never left
// their machine because the link was down.
func (t *Tap) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	if t.Writer != nil && (to != nil || from.Carrier()) {
		t.Writer.Lost(now, t.Writer.Interface(from.Name()), data, why)
	}
}

// MACMoved implements netfab.Observer. The frames already show the move.
func (t *Tap) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}
