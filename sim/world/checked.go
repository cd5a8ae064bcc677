package world

import (
	"errors"
	"fmt"

	"github.com/cablepull/cablepull/node/certificate"
	"github.com/cablepull/cablepull/sim/topology"
)

// Checked is a topology that can be built, with its defaults filled in. Many
// worlds may be built of one, also at the same time: none changes it.
type Checked struct{ topology topology.Topology }

// Check checks a topology for whoever builds it more than once: to check and to
// complete it costs a tenth of a short run. An invalid topology is an error
// that names every problem.
func Check(t topology.Topology) (Checked, error) {
	if err := check(t); err != nil {
		return Checked{}, err
	}
	return Checked{t.WithDefaults()}, nil
}

// Topology is the topology with its defaults filled in. The caller must not
// change it.
func (c Checked) Topology() topology.Topology { return c.topology }

// check returns an error for a topology that cannot be built; it ignores
// warnings. With TLS in it, so is one that would not be repeatable.
func check(t topology.Topology) error {
	problems := t.Validate()
	for _, name := range topology.Names(t.Nodes) {
		n := t.Nodes[name]
		for _, iface := range topology.Names(n.Standby) {
			for _, p := range StandbyProblems(n.Standby[iface], n.NICs[iface].Address.Addr()) {
				p.Path = topology.At([]string{"nodes", name, "standby", iface}, p.Path...)
				problems = append(problems, p)
			}
		}
	}
	var errs []error
	for _, p := range problems {
		if !p.Warning {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return fmt.Errorf("world: invalid topology: %w", errors.Join(errs...))
	}
	if t.HasTLS() {
		if err := certificate.Check(); err != nil {
			return fmt.Errorf("world: %w", err)
		}
	}
	return nil
}
