//go:build linux

package realhost

import (
	"runtime"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
)

// Present implements world.Machine.
func (h *Host) Present() fault.Present { return fault.Present{Up: h.power == up, Node: h.cfg} }

// effects are the effects on a real host: every fault of machines that is not
// for our own stack only.
var effects = fault.Effects[*Host]{
	fault.EffectOf(func(h *Host, _ fault.Crash) (func() bool, error) { h.crash(); return h.boot, nil }),
	fault.EffectOf(func(h *Host, _ fault.Boot) (func() bool, error) { h.boot(); return nil, nil }),
	fault.EffectOf((*Host).reboot),
	fault.EffectOf(func(h *Host, f fault.Freeze) (func() bool, error) { h.Freeze(f.Process); return h.Thaw, nil }),
	fault.EffectOf(func(h *Host, _ fault.Thaw) (func() bool, error) { h.Thaw(); return nil, nil }),
	fault.EffectOf(func(h *Host, f fault.StopService) (func() bool, error) {
		return h.service(f.Name, h.stop, h.start), nil
	}),
	fault.EffectOf(func(h *Host, f fault.StartService) (func() bool, error) {
		return h.service(f.Name, h.start, h.stop), nil
	}),
	fault.EffectOf((*Host).hog),
	fault.EffectOf((*Host).fill),
	fault.EffectOf((*Host).calmAll),
}

// Apply implements world.Machine.
func (h *Host) Apply(f fault.Fault) (undo func() bool, err error) { return effects.Apply(h, f) }

// service stops or starts a program. What has become of it otherwise meanwhile,
// or died with the machine, is not undone.
func (h *Host) service(name string, apply, revert func(string)) (undo func() bool) {
	apply(name)
	was := h.programs[name]
	return func() bool {
		same := h.power == up && h.programs[name] == was
		if same {
			revert(name)
		}
		return same
	}
}

// fill writes the disk full. A share of nothing gives back what an earlier fill
// took.
func (h *Host) fill(f fault.Fill) (undo func() bool, err error) {
	disk := h.workspace.disk
	h.fills++
	this := h.fills
	if f.Share == 0 {
		return nil, disk.Empty()
	}
	return func() bool {
		same := h.fills == this
		if same {
			if err := disk.Empty(); err != nil {
				h.Fail(err)
			}
		}
		return same
	}, disk.Fill(f.Share)
}

// hog takes a share of the processors that the node has. A kernel knows no
// classes of work: either class is all of the programs. The quota leaves one
// processor to the rest of the machine, so that only the node suffers.
func (h *Host) hog(f fault.Hog) (undo func() bool, err error) {
	h.killHog(f.Class)
	cores := min(h.cfg.CPU.Cores, max(1, runtime.NumCPU()-1))
	if err := h.Namespace.Group.SetCPU(float64(cores)); err != nil {
		return nil, err
	}
	b, err := h.burn(cores, f.Share)
	if err != nil {
		return nil, err
	}
	h.hogs[f.Class] = b
	h.Log(event.LoadChanged{Class: f.Class, Share: f.Share})
	return func() bool {
		if h.hogs[f.Class] != b {
			return false
		}
		h.calm(f.Class)
		return true
	}, nil
}

// calmAll ends the hog of a class, or of all.
func (h *Host) calmAll(f fault.Calm) (undo func() bool, err error) {
	for _, class := range topology.Names(h.hogs) {
		if f.Class == "" || f.Class == class {
			h.calm(class)
		}
	}
	return nil, nil
}

// calm ends the hog of a class.
func (h *Host) calm(class string) {
	if h.hogs[class] == nil {
		return
	}
	h.killHog(class)
	h.Log(event.LoadChanged{Class: class})
	if len(h.hogs) > 0 {
		return
	}
	if err := h.Namespace.Group.SetCPU(0); err != nil {
		h.Fail(err)
	}
	if err := h.Namespace.Limit(h.cfg, attachment.KernelStack); err != nil {
		h.Fail(err)
	}
}

// killHog kills a burner without asking. It may be frozen, so killHog does not
// wait for it.
func (h *Host) killHog(class string) {
	if b := h.hogs[class]; b != nil {
		delete(h.hogs, class)
		b.kill()
		go b.reap()
	}
}

// forgetHogs ends all burners, whose group is dead.
func (h *Host) forgetHogs() {
	for _, class := range topology.Names(h.hogs) {
		h.killHog(class)
	}
}
