package world

import (
	"fmt"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
)

// Port implements Machine.
func (n *Node) Port(iface string) *netfab.Port {
	if nic := n.host.NIC(iface); nic != nil {
		return nic.Port()
	}
	return nil
}

// PowerOn implements Machine.
func (n *Node) PowerOn() { n.host.PowerOn() }

// Destroy implements Machine.
func (n *Node) Destroy() { n.host.Destroy() }

// Possible implements Machine.
func (n *Node) Possible(f fault.Fault) error {
	switch f := f.(type) {
	case fault.Hog, fault.Fill, fault.Freeze, fault.Yield, fault.Service, fault.Backend:
		return n.needsPower()
	case fault.Set:
		if err := n.needsPower(); err != nil {
			return err
		}
		return n.running.CheckSet(f.Property, f.Value)
	}
	return nil
}

func (n *Node) needsPower() error {
	if n.host.Power() != event.PowerUp {
		return ErrDown
	}
	return nil
}

// Apply implements Machine.
func (n *Node) Apply(f fault.Fault) (undo func() bool, err error) {
	switch f := f.(type) {
	case fault.Set:
		return n.set(f.Property, f.Value)
	case fault.Save:
		n.saved = n.running.clone()
		return nil, nil
	case fault.Yield:
		n.yield(f.Port.Interface)
		return nil, nil
	case fault.Service:
		return n.switchService(f)
	case fault.Backend:
		return n.switchBackend(f)
	case fault.Crash:
		n.crash(false)
		return n.powerOn, nil
	case fault.Boot:
		n.powerOn()
		return nil, nil
	case fault.Reboot:
		n.reboot(f)
		return nil, nil
	}
	return n.applyToHost(f)
}

// applyToHost deals with processors, memory, clock and standstill.
func (n *Node) applyToHost(f fault.Fault) (undo func() bool, err error) {
	h := n.host
	switch f := f.(type) {
	case fault.Freeze:
		h.Freeze(f.Process)
		return func() bool { return changed(h.Frozen, h.Thaw) }, nil
	case fault.Thaw:
		h.Thaw()
	case fault.Hog:
		class := host.Class(f.Class)
		h.Hog(class, f.Share)
		hogged := func() bool { return h.CPU().Hogged(class) > 0 }
		return func() bool { return changed(hogged, func() { h.Hog(class, 0) }) }, nil
	case fault.Calm:
		n.calm(host.Class(f.Class))
	case fault.Fill:
		m := h.Memory()
		m.Fill(f.Share)
		filled := func() bool { return m.Filled() > 0 }
		return func() bool { return changed(filled, func() { m.Fill(0) }) }, nil
	case fault.Skew:
		h.Skew(f.By)
		return always(func() { h.Skew(-f.By) }), nil
	case fault.Drift:
		h.Drift(f.Share)
		return always(func() { h.Drift(0) }), nil
	default:
		return nil, fmt.Errorf("no effect is known for %T", f)
	}
	return nil, nil
}

// changed undoes what still holds, and reports whether it did. A hog, say, is
// gone when its machine has crashed meanwhile.
func changed(holds func() bool, undo func()) bool {
	if !holds() {
		return false
	}
	undo()
	return true
}

// always is an undo that always has something to do.
func always(undo func()) func() bool {
	return func() bool {
		undo()
		return true
	}
}

// powerOn switches the machine on, unless it is, with the boot time of its
// configuration, and reports whether it was off.
func (n *Node) powerOn() bool {
	n.powering.Stop()
	if p := n.host.Power(); p == event.PowerUp || p == event.PowerBooting {
		return false
	}
	n.host.SetBootTime(n.saved.Boot)
	n.host.PowerOn()
	return true
}

// crash cuts the power and forgets what was not saved. A machine that was to be
// switched on stays off.
func (n *Node) crash(warm bool) {
	n.powering.Stop()
	n.host.Crash(warm)
	clear(n.members)
	n.gateway, n.client, n.backend = nil, nil, nil
	n.running = n.saved.clone()
	for _, nic := range n.host.NICs() {
		n.readdress(nic)
	}
}

// reboot crashes the machine such that its control plane runs again once it has
// been down for the fault's span. The boot is the last part of it.
func (n *Node) reboot(f fault.Reboot) {
	n.crash(f.Warm)
	down := f.Down
	if down == 0 {
		down = n.saved.Boot
	}
	n.bootTime = min(n.saved.Boot, down)
	n.powering.Reset(down - n.bootTime)
}

// powered is the end of a reboot's time without power.
func (n *Node) powered() {
	n.host.SetBootTime(n.bootTime)
	n.host.PowerOn()
}

// outOfMemory is the policy die: the machine crashes and reboots. It happens
// inside a program of the machine, so the crash is an event of its own.
func (n *Node) outOfMemory() {
	n.world.loop.Post(simFunc(func() {
		if n.host.Power() == event.PowerUp {
			n.crash(false)
			n.powerOn()
		}
	}))
}

func (n *Node) calm(class host.Class) {
	for _, c := range []host.Class{host.Control, host.Service} {
		if (class == "" || class == c) && n.host.CPU().Hogged(c) > 0 {
			n.host.Hog(c, 0)
		}
	}
}
