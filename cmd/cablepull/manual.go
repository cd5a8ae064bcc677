//go:build manual

package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// A program built with the tag manual writes its own man pages, which is all
// that it is for: the release tool builds and runs it, and gives the pages
// their date. Otherwise each start would pay for a parser of Markdown.
func init() {
	releaseVerbs = append(releaseVerbs, &cobra.Command{
		Use:    "manual FOLDER",
		Short:  "Write the man pages into a folder",
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			cmd.Root().DisableAutoGenTag = true // a sentence of cobra's about itself
			return doc.GenManTree(cmd.Root(), &doc.GenManHeader{Section: "1", Source: "cablepull " + released}, args[0])
		},
	})
}
