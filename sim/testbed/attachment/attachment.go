//go:build linux

package attachment

import (
	"fmt"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed/wall"
	"github.com/cablepull/cablepull/sim/topology"
)

// Attachment is how a node is attached to the fabric, whatever runs in it: its
// namespace, and a port of the fabric for each of its cables. It is the loop's.
type Attachment struct {
	Bed       *Bed
	Node      string
	Namespace *NodeNamespace          // nil between two
	uplinks   map[string]*wall.Uplink // by interface

	frozen bool   // the processes do not run
	lift   func() // of the rule that cuts a frozen machine off; nil: there is none
}

// Attach takes over the namespace that was prepared for a node, and makes a
// port of the fabric for each of its cables, without power. Join joins the two.
func Attach(b *Bed, node string, cfg topology.Node) (*Attachment, error) {
	ns, err := b.Namespaces.take(node)
	if err != nil {
		return nil, err
	}
	a := &Attachment{Bed: b, Node: node, Namespace: ns, uplinks: map[string]*wall.Uplink{}}
	for _, iface := range topology.Names(cfg.NICs) {
		segment := b.Fabric.Segment(cfg.NICs[iface].Segment)
		u := wall.NewUplink(b.Loop, b.Clock, segment, node, iface)
		u.Port().SetPower(false)
		u.OnCarrier(func(up bool) { a.SetCarrier(iface, up) })
		a.uplinks[iface] = u
	}
	return a, nil
}

// Name returns the node's name.
func (a *Attachment) Name() string { return a.Node }

// OnCarrier has changed called, on the loop, when the carrier of an interface's
// port comes and goes, instead of SetCarrier.
func (a *Attachment) OnCarrier(changed func(iface string, up bool)) {
	for iface, u := range a.uplinks { // order: each gets its own
		u.OnCarrier(func(up bool) { changed(iface, up) })
	}
}

// Join waits until the cables' ports are open, and joins them to the fabric.
func (a *Attachment) Join() error {
	if err := a.Namespace.Opened(); err != nil {
		return err
	}
	for _, iface := range topology.Names(a.uplinks) {
		a.uplinks[iface].Plug(a.Namespace.ports[iface])
	}
	return nil
}

// Leave gives up the namespace. The caller owns it from then on.
func (a *Attachment) Leave() *NodeNamespace {
	for _, iface := range topology.Names(a.uplinks) {
		a.uplinks[iface].Unplug()
	}
	left := a.Namespace
	a.Namespace = nil
	return left
}

// SetCarrier makes the node's interface lose or regain its carrier. Between two
// namespaces there is none.
func (a *Attachment) SetCarrier(iface string, up bool) {
	if a.Namespace == nil {
		return
	}
	if err := a.Namespace.cables[iface].SetCarrier(up); err != nil {
		a.Fail(err)
	}
}

// Fail ends the run with an error of the node.
func (a *Attachment) Fail(err error) {
	a.Bed.Loop.Fail(fmt.Errorf("testbed: node %s: %w", a.Node, err))
}

// Log enters an event of now.
func (a *Attachment) Log(what event.Body) { a.Bed.Log.Append(a.Bed.Loop.Now(), a.Node, what) }

// SetPower gives the node's ports power or takes it, and their carrier with it:
// a port with power has carrier only while its cable is plugged in.
func (a *Attachment) SetPower(on bool) {
	for _, iface := range topology.Names(a.uplinks) {
		port := a.uplinks[iface].Port()
		port.SetPower(on)
		a.SetCarrier(iface, on && port.Carrier())
	}
}

// Port implements world.Machine.
func (a *Attachment) Port(iface string) *netfab.Port {
	if u := a.uplinks[iface]; u != nil {
		return u.Port()
	}
	return nil
}

// Accept says which addresses the filter of an interface accepts, besides
// groups.
func (a *Attachment) Accept(iface string, addresses []netfab.MAC) {
	if u := a.uplinks[iface]; u != nil {
		u.Accept(addresses)
	}
}

// Freeze stops all processes of the node. A frozen machine neither receives nor
// sends. With process, only the processes stop: the kernel of the node goes on,
// and what arrives for them waits at their sockets.
func (a *Attachment) Freeze(process bool) {
	if a.frozen {
		return
	}
	a.frozen = true
	a.Bed.Noise.Freeze(a.Node, a.Bed.Loop.Now())
	if !process {
		a.lift = a.Bed.Fabric.Install(DropAll(a.Node, "is frozen"))
	}
	if err := a.Namespace.Group.Freeze(); err != nil {
		a.Fail(err)
	}
	a.Log(event.PowerChanged{State: event.PowerFrozen})
}

// Frozen reports whether the node is frozen.
func (a *Attachment) Frozen() bool { return a.frozen }

// Thaw lets the processes go on, and reports whether they were frozen.
func (a *Attachment) Thaw() bool {
	if !a.frozen {
		return false
	}
	a.Unfreeze()
	a.Log(event.PowerChanged{State: event.PowerThawed})
	return true
}

// Unfreeze undoes Freeze without an event: the processes are dead.
func (a *Attachment) Unfreeze() {
	if !a.frozen {
		return
	}
	a.frozen = false
	if a.lift != nil {
		a.lift()
		a.lift = nil
	}
	if err := a.Namespace.Group.Thaw(); err != nil {
		a.Fail(err)
	}
	a.Bed.Noise.Thaw(a.Node, a.Bed.Loop.Now())
}

// Detach gives up the namespace and begins to remove it. Namespaces.Close waits
// for the removal.
func (a *Attachment) Detach() {
	if left := a.Leave(); left != nil {
		a.Bed.Namespaces.remove(left)
	}
}
