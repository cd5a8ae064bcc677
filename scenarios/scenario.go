package scenarios

import (
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Scenario is a cluster, what is done to it, and what must then be true.
type Scenario struct {
	Name     string        `yaml:"name" doc:"lower-case letters, digits and dashes; the file is called name.yaml"`
	About    string        `yaml:"about" doc:"what happens and why, in sentences; shown by list and in reports"`
	Tags     []string      `yaml:"tags" doc:"words to choose scenarios by, such as F1, split-brain"`
	Slow     bool          `yaml:"slow" doc:"takes long; left out when all scenarios run, unless asked for"`
	Seed     uint64        `yaml:"seed" doc:"seed of all randomness (default 1)"`
	Duration time.Duration `yaml:"duration" doc:"how long the world runs"`

	// Tolerance takes the place of RealTime where that is as long as what is told
	// apart: 0 is RealTime.
	Tolerance time.Duration `yaml:"tolerance" doc:"by how much what is measured in real time may lie outside of what is expected (default 150ms, which is also the most): less for timers of milliseconds. A machine that was later than that has said nothing of the cluster"`

	topology.Topology `yaml:",inline"`

	Variants Variants `yaml:"variants" doc:"what differs between several runs of this file: paths, with * for all names, and the values to take there; one run for each choice, such as nodes.*.standby.lan.profile: [datapower, ios]"`

	Timeline []Step               `yaml:"timeline" doc:"what is done when: an instant and a fault, or a list of faults, such as 40s: pull a.lan"`
	Expect   []expect.Expectation `yaml:"expect" doc:"what must be true of the run"`

	// Warnings are problems that do not keep the scenario from running, also in one
	// of its variants.
	Warnings []form.Problem `yaml:"-"`

	// Variant says which of the variants of a file this is, such as profile=ios;
	// empty: it is none.
	Variant string `yaml:"-"`

	expanded     []*Scenario    // the variants, once they have been made
	kinds        expect.Kinds   // that the file could use
	programLines map[string]int // in the file, by node.program
}

// Step is faults at one instant. They are applied in their order.
type Step struct {
	At     time.Duration
	Faults []fault.Fault
	Line   int // in the file; 0 if the step was written in Go
}

// End is the instant of the last step, or 0.
func (s *Scenario) End() time.Duration {
	var end time.Duration
	for _, step := range s.Timeline {
		end = max(end, step.At)
	}
	return end
}
