package world

import (
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

// Present implements Machine.
func (n *Node) Present() fault.Present {
	return fault.Present{Up: n.host.Power() == event.PowerUp, Node: n.running.Node}
}

// machineEffects are the effects on a machine and its programs.
var machineEffects = fault.Effects[*Node]{
	fault.EffectOf((*Node).setProperty),
	fault.EffectOf((*Node).save),
	fault.EffectOf((*Node).yield),
	fault.EffectOf((*Node).quiesce),
	fault.EffectOf((*Node).unquiesce),
	fault.EffectOf((*Node).stopService),
	fault.EffectOf((*Node).startService),
	fault.EffectOf((*Node).switchBackend),
	fault.EffectOf((*Node).deploy),
	fault.EffectOf((*Node).undeploy),
	fault.EffectOf((*Node).cut),
	fault.EffectOf((*Node).switchOn),
	fault.EffectOf((*Node).reboot),
	fault.EffectOf((*Node).freeze),
	fault.EffectOf((*Node).thaw),
	fault.EffectOf((*Node).hog),
	fault.EffectOf((*Node).calm),
	fault.EffectOf((*Node).fill),
	fault.EffectOf((*Node).skew),
	fault.EffectOf((*Node).drift),
}

// Apply implements Machine.
func (n *Node) Apply(f fault.Fault) (undo func() bool, err error) {
	if machineEffects.Has(f.Row()) {
		return machineEffects.Apply(n, f)
	}
	return n.applyToProgram(f)
}

func (n *Node) setProperty(f fault.Set) (undo func() bool, err error) {
	return n.set(f.Property, f.Value)
}

func (n *Node) save(fault.Save) (undo func() bool, err error) {
	n.saved = n.running.clone()
	return nil, nil
}

// yield makes the active members of the node, or of one interface, give up.
func (n *Node) yield(f fault.Yield) (undo func() bool, err error) {
	for _, m := range n.Members() {
		if iface := f.Port.Interface; iface == "" || m.Interface() == iface {
			m.Yield()
		}
	}
	return nil, nil
}

func (n *Node) freeze(f fault.Freeze) (undo func() bool, err error) {
	n.host.Freeze(f.Process)
	return func() bool { return changed(n.host.Frozen, n.host.Thaw) }, nil
}

func (n *Node) thaw(fault.Thaw) (undo func() bool, err error) {
	n.host.Thaw()
	return nil, nil
}

func (n *Node) hog(f fault.Hog) (undo func() bool, err error) {
	class := host.Class(f.Class)
	n.host.Hog(class, f.Share)
	hogged := func() bool { return n.host.CPU().Hogged(class) > 0 }
	return func() bool { return changed(hogged, func() { n.host.Hog(class, 0) }) }, nil
}

func (n *Node) calm(f fault.Calm) (undo func() bool, err error) {
	class := host.Class(f.Class)
	for _, c := range []host.Class{host.Control, host.Service} {
		if (class == "" || class == c) && n.host.CPU().Hogged(c) > 0 {
			n.host.Hog(c, 0)
		}
	}
	return nil, nil
}

// fill takes memory of the machine, or the disk of the program that has one.
func (n *Node) fill(f fault.Fill) (undo func() bool, err error) {
	if f.Store != "memory" {
		return n.applyToProgram(f)
	}
	m := n.host.Memory()
	m.Fill(f.Share)
	filled := func() bool { return m.Filled() > 0 }
	return func() bool { return changed(filled, func() { m.Fill(0) }) }, nil
}

func (n *Node) skew(f fault.Skew) (undo func() bool, err error) {
	n.host.Skew(f.By)
	return always(func() { n.host.Skew(-f.By) }), nil
}

func (n *Node) drift(f fault.Drift) (undo func() bool, err error) {
	n.host.Drift(f.Share)
	return always(func() { n.host.Drift(0) }), nil
}

func (n *Node) cut(fault.Crash) (undo func() bool, err error) {
	n.crash(false)
	return n.powerOn, nil
}

func (n *Node) switchOn(fault.Boot) (undo func() bool, err error) {
	n.powerOn()
	return nil, nil
}

// powerOn switches the machine on if it is off, with its configured boot time,
// and reports whether it was off.
func (n *Node) powerOn() bool {
	n.powering.Stop()
	if p := n.host.Power(); p == event.PowerUp || p == event.PowerBooting {
		return false
	}
	n.host.SetBootTime(n.saved.Boot)
	n.host.PowerOn()
	return true
}

// crash cuts the power and forgets unsaved changes. A pending power-on is
// cancelled.
func (n *Node) crash(warm bool) {
	n.powering.Stop()
	n.host.Crash(warm)
	clear(n.members)
	clear(n.programs)
	n.leaving = nil
	clear(n.distributors)
	clear(n.trackers)
	n.serving = false
	n.gateway, n.apim, n.files = nil, nil, nil
	n.running = n.saved.clone()
	for _, nic := range n.host.NICs() {
		n.readdress(nic)
	}
}

// reboot crashes the machine so that its control plane runs again when the
// fault's down time is over. The boot is the last part of that time.
func (n *Node) reboot(f fault.Reboot) (undo func() bool, err error) {
	n.crash(f.Warm)
	down := f.Down
	if down == 0 {
		down = n.saved.Boot
	}
	n.bootTime = min(n.saved.Boot, down)
	n.powering.Reset(down - n.bootTime)
	return nil, nil
}

// powered is the end of a reboot's time without power.
func (n *Node) powered() {
	n.host.SetBootTime(n.bootTime)
	n.host.PowerOn()
}

// outOfMemory is the policy die: the machine crashes and reboots. It is called
// from a program of the machine, so the crash waits for an event of its own.
func (n *Node) outOfMemory() {
	n.world.loop.Post(simFunc(func() {
		if n.host.Power() == event.PowerUp {
			n.crash(false)
			n.powerOn()
		}
	}))
}
