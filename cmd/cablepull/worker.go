package main

import (
	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// workerVerb is the hidden verb by which a run starts its workers.
const workerVerb = "worker"

func newWorker() *cobra.Command {
	return &cobra.Command{
		Use:    workerVerb,
		Short:  "Play the trials that a parent process hands over on standard input",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := inside(workerVerb); err != nil {
				return err
			}
			err := trial.Serve(cmd.Context(), trial.InProcess{Version: version()}, cmd.InOrStdin(), cmd.OutOrStdout())
			if err != nil {
				return benchError{err}
			}
			return nil
		},
	}
}
