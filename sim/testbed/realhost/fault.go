//go:build linux

package realhost

import (
	"fmt"
	"runtime"
	"slices"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/testbed/attachment"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Possible implements world.Machine. What never makes sense Check has said.
func (h *Host) Possible(f fault.Fault) error {
	switch f := f.(type) {
	case fault.Hog, fault.Freeze:
		return h.needsPower()
	case fault.Service:
		if programs := h.cfg.Exec.Programs(); !slices.Contains(programs, f.Name) {
			return fmt.Errorf("%w: program %q, want %s", world.ErrTarget, f.Name, topology.AnyOf(f.Name, programs))
		}
		return h.needsPower()
	}
	return Refuse(f)
}

func (h *Host) needsPower() error {
	if h.power != up {
		return world.ErrDown
	}
	return nil
}

// Apply implements world.Machine.
func (h *Host) Apply(f fault.Fault) (undo func() bool, err error) {
	switch f := f.(type) {
	case fault.Crash:
		h.crash()
		return h.boot, nil
	case fault.Boot:
		h.boot()
	case fault.Reboot:
		return nil, h.reboot(f)
	case fault.Freeze:
		h.Freeze(f.Process)
		return h.Thaw, nil
	case fault.Thaw:
		h.Thaw()
	case fault.Service:
		return h.service(f), nil
	case fault.Hog:
		return h.hog(f)
	case fault.Calm:
		for _, class := range topology.Names(h.hogs) {
			if f.Class == "" || f.Class == class {
				h.calm(class)
			}
		}
	}
	return nil, nil
}

// service stops or starts a program. What has become of it otherwise meanwhile,
// or died with the machine, is not undone.
func (h *Host) service(f fault.Service) (undo func() bool) {
	apply, revert := h.stop, h.start
	if f.Start {
		apply, revert = revert, apply
	}
	apply(f.Name)
	was := h.programs[f.Name]
	return func() bool {
		same := h.power == up && h.programs[f.Name] == was
		if same {
			revert(f.Name)
		}
		return same
	}
}

// hog takes a share of the processors that the node has. A kernel knows no
// classes of work: either class is all of the programs. The quota leaves one
// processor to the rest of the machine, so that only the node suffers.
func (h *Host) hog(f fault.Hog) (undo func() bool, err error) {
	h.quiet(f.Class)
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

// calm ends the hog of a class.
func (h *Host) calm(class string) {
	if h.hogs[class] == nil {
		return
	}
	h.quiet(class)
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

// quiet ends a burner without a word. It may be frozen, so nobody waits for it.
func (h *Host) quiet(class string) {
	if b := h.hogs[class]; b != nil {
		delete(h.hogs, class)
		b.kill()
		go b.reap()
	}
}

// forgetHogs ends all burners, whose group is dead.
func (h *Host) forgetHogs() {
	for _, class := range topology.Names(h.hogs) {
		h.quiet(class)
	}
}
