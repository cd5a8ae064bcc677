package main

import (
	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// nodeVerb is how the coordinator of a netns run starts its node processes.
const nodeVerb = "node"

func newNode() *cobra.Command {
	return &cobra.Command{
		Use:    nodeVerb,
		Short:  "Be one machine of a netns run",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := testbed.NodeMain(version()); err != nil {
				return benchError{err}
			}
			return nil
		},
	}
}

// netnsLab plays scenarios in network namespaces.
func netnsLab(t topology.Topology, o world.Options) (scenarios.Lab, error) {
	b, err := testbed.New(t, testbed.Options{Options: o, Version: version(), Verb: nodeVerb})
	if err != nil {
		return nil, err
	}
	return b, nil
}
