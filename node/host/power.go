package host

import (
	"net/netip"
	"time"

	"github.com/cablepull/cablepull/sim"
	"github.com/cablepull/cablepull/sim/event"
)

// PowerOn switches the machine on. Links come up at once; programs start after
// the boot time. On a running machine it does nothing.
func (h *Host) PowerOn() {
	if h.power == event.PowerUp || h.power == event.PowerBooting {
		return
	}
	h.power = event.PowerBooting
	h.boots++
	h.kernel.Revive()
	h.programs.Revive()
	for _, n := range h.nics {
		n.port.SetPower(true)
	}
	if h.cfg.BootTime <= 0 {
		h.boot()
		return
	}
	h.Log(event.PowerChanged{State: h.power})
	h.programs.After(h.cfg.BootTime, sim.Func(h.boot))
}

// SetBootTime sets how long boots take from now on.
func (h *Host) SetBootTime(d time.Duration) { h.cfg.BootTime = d }

// Skew steps the machine's clock.
func (h *Host) Skew(d time.Duration) {
	h.kernel.Skew(d)
	h.programs.Skew(d)
}

// Drift makes the machine's clock run fast by a share: 0.01 is 1 % fast.
func (h *Host) Drift(share float64) {
	h.kernel.Drift(share)
	h.programs.Drift(share)
}

// boot finds interfaces without a carrier: a machine that was down has noticed
// nothing of its cables.
func (h *Host) boot() {
	h.startKernel()
	h.power = event.PowerUp
	h.Log(event.PowerChanged{State: h.power})
	for _, n := range h.nics {
		if !n.Carrier() {
			h.Log(event.LinkChanged{Interface: n.name, Up: false})
		}
	}
	for _, start := range h.onBoot {
		start()
	}
}

// Crash cuts the power: programs unwind, connections vanish silently, links go
// down. A warm crash keeps the state of the hardware: links stay up and
// interfaces keep their MAC filter.
func (h *Host) Crash(warm bool) {
	if h.power == event.PowerOff || h.power == event.PowerCrashed {
		return
	}
	h.power, h.paused = event.PowerCrashed, 0
	for _, n := range h.nics {
		n.shut()
	}
	dead := h.kernelState
	h.kernelState = nil // before programs unwind: their sockets are gone
	h.programs.Kill()
	h.kernel.Kill()
	dead.stop()
	h.cpu.reset()
	h.memory.reset()
	h.watchers = nil
	for _, n := range h.nics {
		n.crash(warm)
	}
	h.Log(event.PowerChanged{State: h.power})
}

// Freeze stops the machine; frames that reach it are lost. With process only
// its programs stop: the kernel continues, and what arrives for them waits.
//
// It ends a pause.
func (h *Host) Freeze(process bool) {
	h.Resume(h.paused)
	if h.power != event.PowerUp || h.kernel.Frozen() || h.programs.Frozen() && process {
		return
	}
	h.stop(process)
	h.Log(event.PowerChanged{State: event.PowerFrozen})
}

func (h *Host) stop(process bool) {
	h.cpu.freeze()
	h.programs.Freeze()
	if !process {
		h.kernel.Freeze()
	}
}

// Frozen reports whether the machine, or its process, is frozen.
func (h *Host) Frozen() bool { return h.programs.Frozen() }

// Thaw resumes a frozen machine. What came due meanwhile runs now, the kernel's
// first. It does not end a pause.
func (h *Host) Thaw() {
	if !h.programs.Frozen() || h.paused > 0 {
		return
	}
	h.goOn()
	h.Log(event.PowerChanged{State: event.PowerThawed})
}

func (h *Host) goOn() {
	if h.kernel.Frozen() {
		h.kernel.Thaw()
	}
	h.programs.Thaw()
	h.cpu.thaw()
}

// Destroy stops the machine without any event or frame, to free its goroutines
// at the end of a run.
func (h *Host) Destroy() {
	for _, n := range h.nics {
		n.shut()
	}
	h.cfg.Log = nil
	dead := h.kernelState
	h.kernelState = nil
	h.programs.Kill()
	h.kernel.Kill()
	dead.stop()
	h.power = event.PowerOff
}

// addressChanged notifies the watchers.
func (h *Host) addressChanged(addr netip.Addr, held bool) {
	for _, n := range h.nics {
		if n.shortcut != nil {
			n.shortcut.echoes.forget()
		}
	}
	for _, f := range h.watchers {
		f(addr, held)
	}
}
