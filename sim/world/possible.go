package world

import (
	"fmt"
	"strings"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Problems returns every reason why a fault is never possible in a topology,
// which must be completed: those of package fault and, for a change of standby
// control, why the product would refuse it.
func Problems(t topology.Topology, f fault.Fault) []error {
	problems := fault.Problems(t, f)
	if set, is := fault.Plain(f).(fault.Set); is && len(problems) == 0 {
		problems = refusals(t.Nodes[set.Node], set)
	}
	return problems
}

// refusals lists why the product would refuse a value, interface by interface.
// Conflicts with other settings only show when the change is made.
func refusals(n topology.Node, f fault.Set) (refused []error) {
	parts := strings.Split(f.Property, ".")
	key := parts[len(parts)-1]
	property, known := topology.StandbyProperties[key]
	if parts[0] != "standby" || !known {
		return nil
	}
	for _, iface := range topology.Names(n.Standby) {
		own := n.NICs[iface].Address.Addr()
		if len(parts) == 3 && parts[1] != iface || !own.IsValid() {
			continue
		}
		s := n.Standby[iface]
		if err := property.Set(&s, f.Value); err != nil {
			return append(refused, fmt.Errorf("%s: %w", f.Property, err))
		}
		for _, p := range StandbyProblems(s, own) {
			if !p.Warning && p.Path[0] == key {
				refused = append(refused, fmt.Errorf("%s: %s", f.Property, p.Message))
			}
		}
	}
	return refused
}
