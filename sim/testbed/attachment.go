//go:build linux

package testbed

import (
	"fmt"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// attachment is where a node hangs on the fabric, whatever runs in it: a network
// namespace, and for each interface a cable to a port of the fabric.
type attachment struct {
	bed   *Testbed
	node  string
	space *netns.Namespace
	links map[string]*link
}

// link is an interface's cable and the port of the fabric that it leads to.
type link struct {
	uplink *uplink
	cable  *netns.Cable
}

// whoAnswers says whose addresses those of the interfaces are.
type whoAnswers bool

const (
	ownStack    whoAnswers = false // the node's process has a stack: the kernel stays mute
	kernelStack whoAnswers = true  // real programs: the kernel of the namespace has the addresses
)

// attach makes namespace and cables of a node. All ports are without power.
func attach(b *Testbed, w *world.World, node string, nics map[string]topology.NIC, who whoAnswers) (*attachment, error) {
	space, err := netns.New()
	if err != nil {
		return nil, err
	}
	a := &attachment{bed: b, node: node, space: space, links: map[string]*link{}}
	for _, iface := range topology.Names(nics) {
		if err := a.connect(w, iface, nics[iface], who); err != nil {
			a.close()
			return nil, fmt.Errorf("interface %s: %w", iface, err)
		}
	}
	return a, nil
}

// connect lays the cable of an interface and joins it to the fabric.
func (a *attachment) connect(w *world.World, iface string, nic topology.NIC, who whoAnswers) error {
	segment := w.Fabric().Segment(nic.Segment)
	for _, p := range segment.Ports() {
		if p.Node() == a.node {
			return fmt.Errorf("%s leads to segment %s already: the netns world has one interface per segment", p.Interface(), nic.Segment)
		}
	}
	mac, err := parseMAC(nic.MAC)
	if err != nil {
		return err
	}
	spec := netns.CableSpec{Name: iface, MAC: mac}
	if who == kernelStack {
		spec.Address = nic.Address
	}
	cable, err := netns.Connect(a.bed.space, a.space, spec)
	if err != nil {
		return err
	}
	wire, err := netns.Open(a.bed.space, cable.Interface())
	if err != nil {
		cable.Close()
		return err
	}
	u := newUplink(w.Loop(), segment, a.node, iface, wire)
	u.port.SetPower(false)
	u.carrier = func(up bool) { a.setCarrier(iface, up) }
	u.listen(w.Loop().Fail)
	a.links[iface] = &link{u, cable}
	return nil
}

// setCarrier makes the node's interface lose or regain its carrier.
func (a *attachment) setCarrier(iface string, up bool) {
	if err := a.links[iface].cable.SetCarrier(up); err != nil {
		a.bed.Loop().Fail(fmt.Errorf("testbed: cable %s.%s: %w", a.node, iface, err))
	}
}

// setPower gives the node's ports power or takes it, and their carrier with it:
// a port with power has carrier only while its cable is plugged in.
func (a *attachment) setPower(on bool) {
	for _, iface := range topology.Names(a.links) {
		port := a.links[iface].uplink.port
		port.SetPower(on)
		a.setCarrier(iface, on && port.Carrier())
	}
}

// Port implements world.Machine.
func (a *attachment) Port(iface string) *netfab.Port {
	if l := a.links[iface]; l != nil {
		return l.uplink.port
	}
	return nil
}

// close removes cables and namespace.
func (a *attachment) close() {
	for _, iface := range topology.Names(a.links) {
		l := a.links[iface]
		l.uplink.close()
		_ = l.cable.Close() // the namespace takes it along otherwise
	}
	_ = a.space.Close() // the kernel removes it with this process otherwise
}
