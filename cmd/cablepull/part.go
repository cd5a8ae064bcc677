package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/testbed"
)

// insideVariable marks the processes that a run starts. Only they may use the
// hidden verbs.
const insideVariable = "CABLEPULL_INSIDE_A_RUN"

// workerVerb is the hidden verb by which a run starts its workers.
const workerVerb = "worker"

// newParts are the hidden verbs by which a run starts its own processes.
func newParts() []*cobra.Command {
	parts := []*cobra.Command{hidden(workerVerb, "Play the trials that a parent process sends on standard input", func(cmd *cobra.Command, _ []string) error {
		if err := trial.Serve(cmd.Context(), trial.InProcess{Version: version()}, cmd.InOrStdin(), cmd.OutOrStdout()); err != nil {
			return benchError{err}
		}
		return nil
	})}
	for _, part := range testbed.Parts {
		parts = append(parts, hidden(part, "Act as one process of a netns run", func(cmd *cobra.Command, args []string) error {
			return blame(testbed.PartMain(part, args, version(), cmd.InOrStdin()))
		}))
	}
	return parts
}

// hidden makes a verb that fails unless a run calls it.
func hidden(verb, short string, do func(cmd *cobra.Command, args []string) error) *cobra.Command {
	return &cobra.Command{Use: verb, Short: short, Hidden: true, RunE: func(cmd *cobra.Command, args []string) error {
		if os.Getenv(insideVariable) == "" {
			return fmt.Errorf("%s is not for people: a run starts it by itself; see cablepull --help", verb)
		}
		return do(cmd, args)
	}}
}
