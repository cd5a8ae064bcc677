package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

func newVersion() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built with and for",
		Args:  exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			build := struct {
				Version string `json:"version"`
				Go      string `json:"go"`
				OS      string `json:"os"`
				Arch    string `json:"arch"`
			}{version(), runtime.Version(), runtime.GOOS, runtime.GOARCH}
			if asJSON {
				return blameWriting(printJSON(cmd.OutOrStdout(), build))
			}
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "cablepull %s, %s, %s/%s\n", build.Version, build.Go, build.OS, build.Arch)
			return blameWriting(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {version, go, os, arch}")
	return cmd
}
