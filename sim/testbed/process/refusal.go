package process

import (
	"errors"

	"github.com/cablepull/cablepull/sim/fault"
)

// errWarm is why a process cannot reboot warm.
var errWarm = errors.New("a process that is killed keeps nothing, so there is no warm reboot in real time")

// Refuse says why a fault can never be done to a node process; nil if it can.
func Refuse(f fault.Fault) error {
	if f, reboots := f.(fault.Reboot); reboots && f.Warm {
		return errWarm
	}
	return nil
}
