package scenarios

import "github.com/cablepull/cablepull/scenarios/form"

// Value returns the value to which a path leads, written as in a file, or its
// default if the file does not give it. Paths are those of Set; * stands for
// the first name that leads on.
func (s *Scenario) Value(path string) (string, error) {
	whole := form.Clone(*s)
	whole.Topology = s.Topology.WithDefaults()
	return s.format().Get(&whole, path)
}
