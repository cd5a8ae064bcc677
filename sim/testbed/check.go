package testbed

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// ErrImpossible is what real time and real namespaces cannot do. It is known
// before a run.
var ErrImpossible = errors.New("not possible in the netns world")

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
	for _, name := range topology.Names(t.Nodes) {
		for _, key := range topology.Names(t.Nodes[name].Others) {
			errs = append(errs, fmt.Errorf("node %s: the program %s is not built in, and so not in the process of the node", name, key))
		}
	}
	for _, f := range timeline {
		for _, err := range problems(t, f) {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return fmt.Errorf("testbed: %w: %w", ErrImpossible, errors.Join(errs...))
}

// problems says everything that keeps a fault from being done in real time. The
// topology is completed.
func problems(t topology.Topology, f fault.Fault) []error {
	all := world.Problems(t, f)
	if err := fault.InRealTime(f); err != nil {
		all = append(all, err)
	}
	return all
}
