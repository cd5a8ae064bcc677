package scenarios

import (
	"slices"
	"sync"
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Ready is a scenario with all that its runs have in common, found out once:
// whoever plays many seeds saves a fifth of a short run. The scenario must not
// change any more. Several goroutines may use it.
type Ready struct {
	scenario *Scenario
	topology topology.Topology             // with its defaults filled in
	checked  func() (world.Checked, error) // for virtual time
	clients  expect.Clients
	facts    oracle.Facts // without noise
}

// Ready prepares runs of the scenario. If its topology is invalid, runs say so.
func (s *Scenario) Ready() *Ready {
	t := s.Topology.WithDefaults()
	return &Ready{
		scenario: s, topology: t, clients: clientsOf(t), facts: world.FactsOf(t, s.Duration),
		checked: sync.OnceValues(func() (world.Checked, error) { return world.Check(s.Topology) }),
	}
}

// Scenario is what was made ready.
func (r *Ready) Scenario() *Scenario { return r.scenario }

// Facts is Scenario.Facts.
func (r *Ready) Facts() oracle.Facts { return r.facts }

// Later makes ready what Scenario.Later returns. The scenario must be valid: it
// is not checked again once it has moved. A sweep plays each seed in a phase of
// its own.
func (r *Ready) Later(phase time.Duration) (*Ready, error) {
	if err := r.scenario.canMove(phase); err != nil {
		return nil, err
	}
	moved := *r.scenario
	moved.Timeline, moved.Expect = slices.Clone(moved.Timeline), slices.Clone(moved.Expect)
	moved.move(phase)
	later := *r
	later.scenario, later.facts.Duration = &moved, moved.Duration
	return &later, nil
}
