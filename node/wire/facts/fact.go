package facts

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Fact is one HSRP message on the wire.
type Fact struct {
	At     time.Duration // since the first frame of the capture
	Source wire.MAC      // Ethernet
	From   netip.Addr    // IPv4
	Opcode wire.Opcode

	Message   wire.Message   // of a Hello, Coup or Resign
	Advertise wire.Advertise // of an Advertise
}

// Of returns the fact in a frame; ok is false if the frame carries no HSRP
// message of version 1, or a damaged one.
func Of(at time.Duration, frame []byte) (f Fact, ok bool) {
	if source, from, m, err := wire.ParseFrame(frame); err == nil {
		return Fact{At: at, Source: source, From: from, Opcode: m.Opcode, Message: m}, true
	}
	if source, from, a, err := wire.ParseAdvertiseFrame(frame); err == nil {
		return Fact{At: at, Source: source, From: from, Opcode: wire.OpAdvertise, Advertise: a}, true
	}
	return Fact{}, false
}

// Frame returns a frame that contains the fact. Fields without a column, such
// as the time to live, have the values that we send.
func (f Fact) Frame() ([]byte, error) {
	if f.Opcode == wire.OpAdvertise {
		return wire.AppendAdvertiseFrame(nil, f.Source, f.From, f.Advertise)
	}
	return wire.AppendFrame(nil, f.Source, f.From, f.Message)
}
