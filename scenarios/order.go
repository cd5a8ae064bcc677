package scenarios

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// NodeOrder returns the names of the nodes in the order in which the file has
// them, which is the order in which its author thinks of them; in a scenario
// written in Go they are sorted. Only reports may depend on it.
func (s *Scenario) NodeOrder() []string {
	if len(s.nodeOrder) == len(s.Nodes) { // else nodes were added in Go
		return slices.Clone(s.nodeOrder)
	}
	return topology.Names(s.Nodes)
}

// CheckNode returns an error if there is no node of that name; it says which
// there are, and which was probably meant.
func (s *Scenario) CheckNode(name string) error {
	if _, known := s.Nodes[name]; known {
		return nil
	}
	return fmt.Errorf("scenario: %s has no node %q, want %s", s.Name, name, topology.AnyOf(name, s.NodeOrder()))
}

// orderNodes remembers the order of the nodes.
func (s *Scenario) orderNodes(d *form.Decoder) {
	s.nodeOrder = topology.Names(s.Nodes)
	slices.SortStableFunc(s.nodeOrder, func(a, b string) int {
		at, other := d.PlaceOfPath([]string{"nodes", a}), d.PlaceOfPath([]string{"nodes", b})
		return cmp.Or(cmp.Compare(at.Line, other.Line), cmp.Compare(at.Column, other.Column))
	})
}
