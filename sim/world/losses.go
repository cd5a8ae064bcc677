package world

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim/event"
)

// losses logs the Coups and Resigns that are lost. Who sends one logs it and
// cannot know whether it was heard; the fabric does. Hellos are repeated, and
// the capture shows those that are lost.
type losses struct{ world *World }

// Sent implements netfab.Observer.
func (losses) Sent(time.Duration, *netfab.Port, []byte) {}

// MACMoved implements netfab.Observer.
func (losses) MACMoved(time.Duration, netfab.MAC, *netfab.Port, *netfab.Port) {}

// Lost implements netfab.Observer.
func (l losses) Lost(now time.Duration, from, to *netfab.Port, data []byte, why string) {
	if !wire.IsHSRP(data) {
		return
	}
	_, _, m, err := wire.ParseFrame(data)
	if err != nil || m.Opcode != wire.OpCoup && m.Opcode != wire.OpResign || !l.hears(from, m.Group) {
		return
	}
	lost := event.StandbyLost{Interface: from.Interface(), Group: m.Group, Opcode: m.Opcode.String(), Reason: why}
	if to != nil {
		if !l.hears(to, m.Group) {
			return
		}
		lost.To = to.Node()
	}
	l.world.log.Append(now, from.Node(), lost)
}

// hears reports whether a member of the group is behind a port, on a machine
// that is up.
func (l losses) hears(p *netfab.Port, group uint8) bool {
	m := l.world.machines[p.Node()]
	return m != nil && m.Present().Up && l.world.configured(p.Node()).Standby[p.Interface()].Group == int(group)
}
