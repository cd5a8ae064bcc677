//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// attachment is where a node hangs on the fabric, whatever runs in it: a network
// namespace, for each interface a cable to a port of the fabric, and a group for
// all its processes.
type attachment struct {
	bed   *Testbed
	node  string
	space *netns.Namespace
	group *netns.Group
	links map[string]*link

	frozen bool   // the processes stand
	lift   func() // of the rule that cuts a frozen machine off; nil: there is none
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

// attach makes namespace, cables and group of a node. All ports are without
// power, and the group is empty.
func attach(b *Testbed, w *world.World, node string, cfg topology.Node, who whoAnswers) (*attachment, error) {
	space, err := netns.New()
	if err != nil {
		return nil, err
	}
	a := &attachment{bed: b, node: node, space: space, links: map[string]*link{}}
	for _, iface := range topology.Names(cfg.NICs) {
		if err := a.connect(w, iface, cfg.NICs[iface], who); err != nil {
			a.close()
			return nil, fmt.Errorf("interface %s: %w", iface, err)
		}
	}
	if a.group, err = netns.NewGroup(node); err == nil {
		err = a.limit(cfg, who)
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// connect lays the cable of an interface and joins it to the fabric.
func (a *attachment) connect(w *world.World, iface string, nic topology.NIC, who whoAnswers) error {
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
	u := newUplink(w.Loop(), w.Fabric().Segment(nic.Segment), a.node, iface, wire)
	u.port.SetPower(false)
	u.carrier = func(up bool) { a.setCarrier(iface, up) }
	u.listen(w.Loop().Fail)
	a.links[iface] = &link{u, cable}
	return nil
}

// stackMemory is what a node process needs beside the memory that it plays: Go's
// runtime, gVisor's buffers, and room for a garbage collector that is late.
const stackMemory = 512 << 20

// limit gives the group the processors and the memory of the topology. What a
// group cannot do here Limits has said. A process with its own stack plays its
// memory and the hogs itself, so its limits only keep it from harming others.
func (a *attachment) limit(cfg topology.Node, who whoAnswers) error {
	memory := cfg.Memory.Limit
	if memory > 0 && who == ownStack {
		memory += stackMemory
	}
	var errs []error
	if memory > 0 {
		errs = append(errs, a.group.SetMemory(memory))
	}
	if cfg.CPU.Cores < runtime.NumCPU() {
		errs = append(errs, a.group.SetCPU(float64(cfg.CPU.Cores)))
	}
	for _, err := range errs {
		if err != nil && !errors.Is(err, netns.ErrGroup) {
			return err
		}
	}
	return nil
}

// setCarrier makes the node's interface lose or regain its carrier.
func (a *attachment) setCarrier(iface string, up bool) {
	if err := a.links[iface].cable.SetCarrier(up); err != nil {
		a.fail(err)
	}
}

// fail ends the run with an error of the node.
func (a *attachment) fail(err error) {
	a.bed.Loop().Fail(fmt.Errorf("testbed: node %s: %w", a.node, err))
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

// freeze stops all processes of the node where they stand. A machine that is
// frozen neither hears nor speaks. With process only the processes stop: the
// kernel of the node goes on, and what arrives for them waits at their sockets.
func (a *attachment) freeze(process bool) {
	if a.frozen {
		return
	}
	a.frozen = true
	if !process {
		a.lift = a.bed.Fabric().Install(standstill{a.node})
	}
	if err := a.group.Freeze(); err != nil {
		a.fail(err)
	}
	a.bed.Log().Append(a.bed.Now(), a.node, event.PowerChanged{State: "frozen"})
}

// thaw lets the processes go on, and reports whether they stood.
func (a *attachment) thaw() bool {
	if !a.frozen {
		return false
	}
	a.melt()
	a.bed.Log().Append(a.bed.Now(), a.node, event.PowerChanged{State: "thawed"})
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
}

// close kills what is left in the group and removes group, cables and namespace.
// What it cannot remove goes with this process.
func (a *attachment) close() {
	if a.group != nil {
		_ = a.group.Delete() // the reaper comes back to it
	}
	for _, iface := range topology.Names(a.links) {
		l := a.links[iface]
		l.uplink.close()
		_ = l.cable.Close() // the namespace takes it along otherwise
	}
	_ = a.space.Close() // the kernel removes it with this process otherwise
}
