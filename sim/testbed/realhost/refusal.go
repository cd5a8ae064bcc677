package realhost

import (
	"errors"

	"github.com/cablepull/cablepull/sim/fault"
)

// errWarm is why a real host cannot reboot warm.
var errWarm = errors.New("a process that is killed keeps nothing, so there is no warm reboot in real time")

// errKernel is why a fault cannot be done to a node with real programs.
var errKernel = errors.New("a node that runs real programs has the stack, the clock and the configuration of the kernel, which no fault changes")

// Refuse says why a fault can never be done to a real host; nil if it can.
func Refuse(f fault.Fault) error {
	switch f := f.(type) {
	case fault.Reboot:
		if f.Warm {
			return errWarm
		}
	case fault.Fill, fault.Set, fault.Save, fault.Yield, fault.Backend, fault.Skew, fault.Drift:
		return errKernel
	}
	return nil
}
