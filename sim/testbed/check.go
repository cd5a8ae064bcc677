package testbed

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// ErrImpossible is what real time and real namespaces cannot do. It is known
// before a run.
var ErrImpossible = errors.New("not possible in the netns world")

// ErrProgram is a program of a real host that is not installed.
var ErrProgram = errors.New("no such program")

// ProgramError is what a program of a real host did wrong: it is not installed,
// cannot be started, ends or is not ready in time. The scenario or the machine is
// to be mended, not the bench.
type ProgramError struct {
	Program string
	Err     error
}

// Error implements error.
func (e *ProgramError) Error() string { return "program " + e.Program + ": " + e.Err.Error() }

// Unwrap returns the cause.
func (e *ProgramError) Unwrap() error { return e.Err }

// Check says everything about a topology and the faults of its timeline that
// cannot be done in the netns world.
func Check(t topology.Topology, timeline []fault.Fault) error {
	var errs []error
	t = t.WithDefaults()
	for _, name := range topology.Names(t.Nodes) {
		leads := map[string]string{}
		nics := t.Nodes[name].NICs
		for _, iface := range topology.Names(nics) {
			segment := nics[iface].Segment
			if other := leads[segment]; other != "" {
				errs = append(errs, fmt.Errorf("node %s: %s and %s lead to the same segment %s: a node has one cable to a segment",
					name, other, iface, segment))
			}
			leads[segment] = iface
		}
	}
	for _, f := range timeline {
		if err := checkFault(t, f); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("testbed: %w: %w", ErrImpossible, errors.Join(errs...))
}

// errWarm is why a process cannot reboot warm.
var errWarm = errors.New("a process that is killed keeps nothing, so there is no warm reboot in real time")

// errReal is why a fault cannot be done to a node with real programs.
var errReal = errors.New("a node that runs real programs has the stack, the clock and the configuration of the kernel, which no fault changes")

// checkFault says why a fault can never be done. The topology is completed.
func checkFault(t topology.Topology, f fault.Fault) error {
	switch f := f.(type) {
	case fault.For:
		return checkFault(t, f.Fault)
	case fault.Reboot:
		if f.Warm {
			return errWarm
		}
	case fault.Fill, fault.Set, fault.Save, fault.Yield, fault.Backend, fault.Skew, fault.Drift:
		for _, name := range f.Targets().Nodes {
			if t.Nodes[name].Exec != nil {
				return errReal
			}
		}
	}
	return nil
}
