package scenarios

import (
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Scenario is a cluster, the faults it suffers, and what must be true
// afterwards.
type Scenario struct {
	Name     string        `yaml:"name" doc:"lower-case letters, digits and dashes; the file is called name.yaml (default: the name of the file)"`
	About    string        `yaml:"about" doc:"what happens and why, in sentences; shown by list and in reports"`
	Tags     []string      `yaml:"tags" doc:"words for choosing scenarios, such as F1 or split-brain"`
	Slow     bool          `yaml:"slow" doc:"on: it takes long, and run --all leaves it out unless --slow is given"`
	Seed     uint64        `yaml:"seed" doc:"the seed for everything random (default 1)"`
	Duration time.Duration `yaml:"duration" doc:"the length of the run, such as 90s" jsonschema:"minimum=1ns"`

	// Tolerance replaces RealTime in scenarios whose timers are too short for it:
	// 0 means RealTime.
	Tolerance time.Duration `yaml:"tolerance" doc:"how far a value measured in real time may lie outside the expected range (default 150ms, which is also the maximum); choose less if timers are in milliseconds. A run that the machine delayed by more than this proves nothing about the cluster"`

	topology.Topology `yaml:",inline"`

	Variants Variants `yaml:"variants" doc:"runs this file once for each combination of values: a path, with * for all names, and the values to try there, such as nodes.*.standby.lan.profile: [datapower, ios]"`

	Twin *Twin `yaml:"twin" doc:"what a scenario with real programs is held against, figure by figure"`

	Timeline []Step               `yaml:"timeline" doc:"the faults and when they happen: an instant and one fault or a list of them, such as 40s: pull a.lan"`
	Expect   []expect.Expectation `yaml:"expect" doc:"what must be true after the run"`

	OverSeeds OverSeeds `yaml:"over-seeds" doc:"what must be true of the runs with several seeds together: a figure and its limits, such as outage.p99: ..10s"`

	// Warnings are problems of the scenario or its variants that do not prevent a
	// run.
	Warnings []form.Problem `yaml:"-"`

	// Variant names the variant of a file, such as profile=ios; empty if the
	// scenario is not a variant.
	Variant string `yaml:"-"`

	// Settings and Phase are what With and Later have changed since.
	Settings []Setting     `yaml:"-"`
	Phase    time.Duration `yaml:"-"`

	expanded     []*Scenario      // the variants; nil until they are made
	kinds        expect.Kinds     // the kinds of expectations that the file may use
	nodeOrder    []string         // of the file
	programLines map[string]int   // in the file, by node.program
	file         string           // that it was read from, as errors call it
	text         string           // SHA-256 of what was read, in hexadecimal digits
	faultPlaces  [][]form.Problem // in the file, of the faults of each step; without a message
	expectPlaces []form.Place     // in the file, of the expectations
}

// Step is the faults of one instant, applied in order.
type Step struct {
	At     time.Duration
	Faults []fault.Fault
	Line   int // in the file; 0 if the step was written in Go
}

// File is what errors call the file from which the scenario was read; empty if
// it was written in Go.
func (s *Scenario) File() string { return s.file }

// TextDigest is the SHA-256 of the text that the scenario was read from, in
// hexadecimal digits; empty if it was written in Go.
func (s *Scenario) TextDigest() string { return s.text }

// End is the instant of the last step, or 0.
func (s *Scenario) End() time.Duration {
	var end time.Duration
	for _, step := range s.Timeline {
		end = max(end, step.At)
	}
	return end
}
