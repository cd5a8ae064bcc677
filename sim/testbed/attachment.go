//go:build linux

package testbed

import (
	"fmt"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// attachment is where a node hangs on the fabric, whatever runs in it: its
// quarters, and a port of the fabric for each of its cables.
type attachment struct {
	bed     *Testbed
	node    string
	uplinks map[string]*uplink // by interface
	*quarters

	frozen bool   // the processes stand
	lift   func() // of the rule that cuts a frozen machine off; nil: there is none
}

// attach takes over the quarters of a node, and makes ports of the fabric without
// power for their cables. They are to be joined.
func attach(b *Testbed, w *world.World, node string, cfg topology.Node) (*attachment, error) {
	q, err := b.quartersOf(node)
	if err != nil {
		return nil, err
	}
	a := &attachment{bed: b, node: node, quarters: q, uplinks: map[string]*uplink{}}
	for _, iface := range topology.Names(cfg.NICs) {
		segment := w.Fabric().Segment(cfg.NICs[iface].Segment)
		u := newUplink(w.Loop(), b.clock, segment, node, iface)
		u.port.SetPower(false)
		u.carrier = func(up bool) { a.setCarrier(iface, up) }
		a.uplinks[iface] = u
	}
	return a, nil
}

// join waits until the ports are open, and joins their cables to the
// fabric.
func (a *attachment) join() error {
	if err := a.opened(); err != nil {
		return err
	}
	for _, iface := range topology.Names(a.uplinks) {
		a.uplinks[iface].plug(a.wires[iface])
	}
	return nil
}

// leave gives up the quarters, of which the caller is the owner then.
func (a *attachment) leave() *quarters {
	for _, iface := range topology.Names(a.uplinks) {
		a.uplinks[iface].unplug()
	}
	left := a.quarters
	a.quarters = nil
	return left
}

// setCarrier makes the node's interface lose or regain its carrier. Between two
// quarters there is none.
func (a *attachment) setCarrier(iface string, up bool) {
	if a.quarters == nil {
		return
	}
	if err := a.cables[iface].SetCarrier(up); err != nil {
		a.fail(err)
	}
}

// fail ends the run with an error of the node.
func (a *attachment) fail(err error) {
	a.bed.Loop().Fail(fmt.Errorf("testbed: node %s: %w", a.node, err))
}

// log enters an event of now.
func (a *attachment) log(what event.Body) { a.bed.Log().Append(a.bed.Now(), a.node, what) }

// setPower gives the node's ports power or takes it, and their carrier with it:
// a port with power has carrier only while its cable is plugged in.
func (a *attachment) setPower(on bool) {
	for _, iface := range topology.Names(a.uplinks) {
		port := a.uplinks[iface].port
		port.SetPower(on)
		a.setCarrier(iface, on && port.Carrier())
	}
}

// Port implements world.Machine.
func (a *attachment) Port(iface string) *netfab.Port {
	if u := a.uplinks[iface]; u != nil {
		return u.port
	}
	return nil
}

// freeze stops all processes of the node where they stand. A machine that is
// frozen neither hears nor speaks. With process only the processes stop: the
// kernel of the node goes on, and what arrives for them waits at their sockets.
func (a *attachment) freeze(process bool) {
	if a.frozen {
		return
	}
	a.frozen = true
	a.bed.noise.freeze(a.node, a.bed.Now())
	if !process {
		a.lift = a.bed.Fabric().Install(standstill{a.node, "is frozen"})
	}
	if err := a.group.Freeze(); err != nil {
		a.fail(err)
	}
	a.log(event.PowerChanged{State: "frozen"})
}

// thaw lets the processes go on, and reports whether they stood.
func (a *attachment) thaw() bool {
	if !a.frozen {
		return false
	}
	a.melt()
	a.log(event.PowerChanged{State: "thawed"})
	return true
}

// melt undoes freeze without a word: the processes are dead.
func (a *attachment) melt() {
	if !a.frozen {
		return
	}
	a.frozen = false
	if a.lift != nil {
		a.lift()
		a.lift = nil
	}
	if err := a.group.Thaw(); err != nil {
		a.fail(err)
	}
	a.bed.noise.thaw(a.node, a.bed.Now())
}

// close removes all that the node hung on. The testbed waits for the end of it.
func (a *attachment) close() {
	if left := a.leave(); left != nil {
		a.bed.leaving.Go(left.close)
	}
}
