package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios/reference"
)

// newFormatTopic is a topic of the help, and no verb.
func newFormatTopic() *cobra.Command {
	cmd := &cobra.Command{Use: "format", Short: "The scenario format on one page: keys, faults, expectations"}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) { _ = writeFormat(cmd.OutOrStdout()) }) // cobra ignores errors of help
	return cmd
}

// The titles of the reference whose tables the page shows.
const (
	titleFile         = "The file"
	titleNodes        = "Nodes"
	titleExpectations = "Expectations"
)

// formatWidth is the width of the page, that of a terminal.
const formatWidth = 80

// writeFormat prints the page. Its tables come from the reference.
func writeFormat(out io.Writer) error {
	var b strings.Builder
	b.WriteString("A scenario is one YAML file with these keys:\n\n")
	sections := reference.Format()
	var expectations []string
	level := 0
	for _, s := range sections {
		switch {
		case s.Title == titleFile:
			for _, k := range s.Keys {
				if k.Name != "" {
					b.WriteString(cutTo(fmt.Sprintf("  %-14s%s", k.Name, strings.ReplaceAll(k.Meaning, `\`, "")), formatWidth) + "\n")
				}
			}
		case s.Title == titleNodes:
			b.WriteString("\nA node has:\n\n" + indented(namesOf(s.Keys)))
		case len(s.Lines) > 0:
			b.WriteString("\nA step of the timeline is an instant and one fault or a list of faults,\nas in - 40s: pull a.lan. Most take `for TIME` at the end:\n\n")
			for _, l := range s.Lines {
				b.WriteString("  " + strings.Join(wrap(l.Usage, formatWidth-6), "\n      ") + "\n")
			}
		case s.Title == titleExpectations:
			level = s.Level
		case level > 0 && s.Level == level+1 && len(s.Keys) > 0 && strings.ToLower(s.Title) == s.Title:
			expectations = append(expectations, s.Title)
		case s.Level <= level:
			level = 0
		}
	}
	b.WriteString("\nAn expectation, as in - moves: 1, is one of:\n\n" + indented(expectations))
	b.WriteString(`
To begin with:   cablepull init my.yaml, or cablepull show cable-pull > my.yaml
Each key:        https://github.com/cablepull/cablepull/blob/main/docs/format.md
In your editor:  cablepull schema
`)
	_, err := io.WriteString(out, b.String())
	return err
}

func namesOf(keys []reference.Key) []string {
	var names []string
	for _, k := range keys {
		if k.Name != "" {
			names = append(names, k.Name)
		}
	}
	return names
}

// indented are names in lines of the page.
func indented(names []string) string {
	return "  " + strings.Join(wrap(strings.Join(names, ", "), formatWidth-2), "\n  ") + "\n"
}

// cutTo shortens a line to a width in characters.
func cutTo(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return strings.TrimRight(string(runes[:max(0, width-2)]), " ") + ".."
	}
	return line
}
