//go:build linux

package realhost

import (
	"fmt"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
)

// renewal is the change of a real host from the namespace in which it crashed
// to a new one. A kernel that went on would remember what a machine without
// power forgets: addresses that programs gave it, its neighbours, and
// connections, which it would close properly for the dead programs. The change
// takes tens of milliseconds. The fabric must go on meanwhile, so it runs on a
// goroutine of its own.
type renewal struct {
	done chan struct{}             // closed when the rest is valid
	next *attachment.NodeNamespace // may be nil if there was an error
	err  error
}

// renew leaves the namespace, which must not be used any more.
func (h *Host) renew() {
	r := &renewal{done: make(chan struct{})}
	left, programs := h.Leave(), h.programs
	h.programs, h.renewal = nil, r
	go func() {
		defer close(r.done)
		left.Close()
		for _, name := range topology.Names(programs) {
			programs[name].reap()
		}
		r.next, r.err = h.Bed.Namespaces.Another(h.Node, h.cfg, attachment.KernelStack)
		h.Bed.Loop.Post(sim.Func(h.renewed))
	}()
}

// await waits for the end of the renewal.
func (r *renewal) await() (*attachment.NodeNamespace, error) {
	<-r.done
	return r.next, r.err
}

// moveTo makes a new namespace the machine's.
func (h *Host) moveTo(next *attachment.NodeNamespace, err error) {
	h.renewal = nil
	h.Namespace = next
	if err == nil {
		err = h.Join()
	}
	if err == nil {
		h.watch, err = h.watchKernel(next)
	}
	if err != nil {
		h.Fail(fmt.Errorf("renew its kernel: %w", err))
	}
}

// renewed is the end of the renewal. A boot may have waited for it.
func (h *Host) renewed() {
	if h.renewal == nil {
		return // the testbed was closed meanwhile
	}
	h.moveTo(h.renewal.await())
	if plan := h.plan; plan != nil && h.Namespace != nil {
		h.plan = nil
		h.link(plan.at + plan.takes - h.Bed.Loop.Now())
	}
}

// crash cuts the power. The links go down first, so that nobody receives what
// the kernel sends when it closes the connections of the killed programs.
func (h *Host) crash() {
	h.powering.Stop()
	h.rising.Stop()
	h.plan = nil
	was := h.power
	if was == off {
		return
	}
	h.power = off
	h.stopEvents() // the kernel would report what follows as events
	h.SetPower(false)
	h.liftDrop() // a second time it does nothing
	if was == booting {
		h.Log(event.PowerChanged{State: event.PowerCrashed})
		return
	}
	if err := h.Namespace.Group.Kill(); err != nil {
		h.Fail(err)
	}
	h.Unfreeze()
	h.forgetHogs()
	h.Bed.Journal.Killed(h.Node, h.Bed.Loop.Now())
	h.renew()
}

// boot switches the machine on, and reports whether it was off.
func (h *Host) boot() bool {
	h.powering.Stop()
	if h.power != off {
		return false
	}
	h.powerOn(h.cfg.Boot)
	return true
}

// reboot crashes the machine so that its programs start once it has been down
// for the fault's span. The boot is the last part of it.
func (h *Host) reboot(f fault.Reboot) (undo func() bool, err error) {
	if err := fault.InRealTime(f); err != nil {
		return nil, err
	}
	down := f.Down
	if down == 0 {
		down = h.cfg.Boot
	}
	h.crash()
	h.bootTime = min(h.cfg.Boot, down)
	h.powering.Reset(down - h.bootTime)
	return nil, nil
}

// powered is the end of a reboot's time without power.
func (h *Host) powered() { h.powerOn(h.bootTime) }
