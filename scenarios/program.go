package scenarios

import (
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// Program is a real program that a scenario runs, and its line in the file.
type Program struct {
	Node    string
	Name    string
	Command []string // the program and its arguments, with their placeholders
	Line    int      // in the file; 0 if the scenario was written in Go
}

// Programs returns the real programs of a scenario, by node, in the order in
// which they start, followed by those that only its variants run. Users check
// them before they run somebody else's scenario.
func (s *Scenario) Programs() []Program {
	all := s.ownPrograms()
	for _, v := range s.expanded {
		for _, p := range v.Programs() {
			if !slices.ContainsFunc(all, func(known Program) bool {
				return known.Node == p.Node && known.Name == p.Name && slices.Equal(known.Command, p.Command)
			}) {
				all = append(all, p)
			}
		}
	}
	return all
}

func (s *Scenario) ownPrograms() []Program {
	if len(s.Topology.Execs()) == 0 {
		return nil // and it need not be completed, which each replay command of a sweep would cost
	}
	var programs []Program
	t := s.Topology.WithDefaults()
	for _, node := range t.Execs() {
		x := t.Nodes[node].Exec
		for _, name := range x.Programs() {
			programs = append(programs, Program{node, name, x.Command(name), s.programLines[node+"."+name]})
		}
	}
	return programs
}

// findPrograms remembers the programs' lines in the file.
func (s *Scenario) findPrograms(d *form.Decoder) {
	s.programLines = map[string]int{}
	for _, p := range s.ownPrograms() {
		path := topology.At([]string{"nodes", p.Node, "exec"}, "run")
		if _, beside := s.Nodes[p.Node].Exec.Beside[p.Name]; beside {
			path = topology.At([]string{"nodes", p.Node, "exec", "beside"}, p.Name)
		}
		s.programLines[p.Node+"."+p.Name] = d.PlaceOfPath(path).Line
	}
}
