package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/disturbance"
	"github.com/cablepull/cablepull/scenarios/incidents"
)

func newShow() *cobra.Command {
	noise := false
	cmd := &cobra.Command{
		Use:   "show NAME",
		Short: "Print an incident or a noise model of the library, to read or copy",
		Long:  "Show prints the file of an incident of the library as it is, or that of a noise model.",
		Example: `  cablepull show cable-pull
  cablepull show cable-pull > my.yaml
  cablepull show --noise busy-hypervisor > my-noise.yaml`,
		Args: exactly(1, "NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			find := incidents.Source
			if noise {
				find = disturbance.Text
			}
			text, err := find(args[0])
			if err != nil {
				return fmt.Errorf("show: %w", err)
			}
			return printAs(cmd.OutOrStdout(), text)
		},
		ValidArgsFunction: completeOneIncident,
	}
	cmd.Flags().BoolVar(&noise, "noise", false, "a noise model, such as busy-hypervisor: see list --noise")
	return cmd
}
