package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/incidents"
)

func newShow() *cobra.Command {
	return &cobra.Command{
		Use:   "show NAME",
		Short: "Print an incident of the library, to read or copy",
		Long:  "Show prints the file of an incident of the library as it is.",
		Example: `  cablepull show cable-pull
  cablepull show cable-pull > my.yaml`,
		Args: exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := incidents.Source(args[0])
			if err != nil {
				return fmt.Errorf("show: %w", err)
			}
			return printAs(cmd.OutOrStdout(), text)
		},
		ValidArgsFunction: completeOneIncident,
	}
}
