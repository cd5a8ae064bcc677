package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
)

func newSchema() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the scenario format, for editors",
		Example: `  cablepull schema > cablepull.schema.json
  # then, in the first line of a scenario, this file or the published one:
  # yaml-language-server: $schema=cablepull.schema.json
  # yaml-language-server: $schema=` + scenarios.SchemaID,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			schema, err := scenarios.Schema()
			if err != nil {
				return blame(err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s\n", schema)
			return err
		},
	}
}
