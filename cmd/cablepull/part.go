package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// newParts are the verbs by which a netns run starts its own processes.
func newParts(stdin io.Reader) []*cobra.Command {
	var parts []*cobra.Command
	for _, part := range testbed.Parts {
		parts = append(parts, &cobra.Command{
			Use:    part,
			Short:  "Be one process of a netns run",
			Hidden: true,
			RunE: func(_ *cobra.Command, args []string) error {
				if err := testbed.PartMain(part, args, version(), stdin); err != nil {
					return benchError{err}
				}
				return nil
			},
		})
	}
	return parts
}

// netnsLab plays scenarios in network namespaces. What real programs say goes
// into the directory output; empty: nowhere.
func netnsLab(output string) func(topology.Topology, world.Options) (scenarios.Lab, error) {
	return func(t topology.Topology, o world.Options) (scenarios.Lab, error) {
		b, err := testbed.New(t, testbed.Options{Options: o, Version: version(), Output: output})
		if err != nil {
			return nil, err
		}
		return b, nil
	}
}
