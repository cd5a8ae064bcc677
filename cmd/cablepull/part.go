package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/sim/testbed"
)

// insideVariable marks the processes that a run starts: the hidden verbs are for
// them alone.
const insideVariable = "CABLEPULL_INSIDE_A_RUN"

// newParts are the verbs by which a netns run starts its own processes.
func newParts() []*cobra.Command {
	var parts []*cobra.Command
	for _, part := range testbed.Parts {
		parts = append(parts, &cobra.Command{
			Use:    part,
			Short:  "Be one process of a netns run",
			Hidden: true,
			RunE: func(cmd *cobra.Command, args []string) error {
				if err := inside(part); err != nil {
					return err
				}
				return blame(testbed.PartMain(part, args, version(), cmd.InOrStdin()))
			},
		})
	}
	return parts
}

// inside says to somebody who calls a hidden verb that it is not for people.
func inside(verb string) error {
	if os.Getenv(insideVariable) == "" {
		return fmt.Errorf("%s is no command for people: a run starts it by itself; see cablepull --help", verb)
	}
	return nil
}
