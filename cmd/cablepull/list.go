package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// listFlags are the flags of the verb list.
type listFlags struct {
	json  bool
	tags  []string
	in    []string
	world string
}

func newList() *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the incidents in the library",
		Example: `  cablepull list
  cablepull list --tag F1
  cablepull list --in self-balance
  cablepull list --world netns
  cablepull list --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.list(cmd.OutOrStdout()) },
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON array of {name, folder, about, tags, slow, real, worlds, variants, duration, duration_ns}")
	cmd.Flags().StringSliceVar(&f.tags, "tag", nil, "only incidents with one of these tags, such as F27 or split-brain")
	cmd.Flags().StringSliceVar(&f.in, "in", nil, "only incidents in these folders: "+strings.Join(incidents.Folders(), ", "))
	cmd.Flags().StringVar(&f.world, "world", "", "only incidents that can run in this world: virtual or netns")
	completeFlags(cmd, worldNames()...)
	return cmd
}

// list prints the incidents that the flags ask for.
func (f *listFlags) list(stdout io.Writer) error {
	world := trial.World(f.world)
	if f.world != "" && !slices.Contains(trial.AllWorlds, world) {
		return fmt.Errorf("list: --world: got %q, want %s or %s", f.world, trial.Virtual, trial.Netns)
	}
	library, err := chosen(f.tags, f.in)
	if err != nil {
		return err
	}
	library = slices.DeleteFunc(library, func(s *scenarios.Scenario) bool {
		return f.world != "" && !slices.Contains(trial.Worlds(s), world)
	})
	if f.json {
		return listJSON(stdout, library)
	}
	return listText(stdout, library)
}

// chosen returns the incidents with one of the tags in one of the folders. A
// folder that there is not is the user's error, all else the bench's.
func chosen(tags, folders []string) ([]*scenarios.Scenario, error) {
	library, err := incidents.Choose(incidents.Choice{Tags: tags, Folders: folders})
	switch {
	case errors.Is(err, incidents.ErrFolder):
		return nil, fmt.Errorf("--in: %w", err)
	case err != nil:
		return nil, benchError{err}
	}
	return library, nil
}

func listJSON(stdout io.Writer, library []*scenarios.Scenario) error {
	type entry struct {
		Name       string        `json:"name"`
		Folder     string        `json:"folder"`
		About      string        `json:"about"`
		Tags       []string      `json:"tags"`
		Slow       bool          `json:"slow"`
		Real       bool          `json:"real"` // runs real programs
		Worlds     []trial.World `json:"worlds"`
		Variants   []string      `json:"variants"`
		Duration   string        `json:"duration"`
		DurationNS int64         `json:"duration_ns"`
	}
	entries := make([]entry, 0, len(library))
	for _, s := range library {
		tags := s.Tags
		if tags == nil {
			tags = []string{}
		}
		variants, err := s.VariantNames()
		if err != nil {
			return err
		}
		entries = append(entries, entry{
			s.Name, incidents.Folder(s.Name), strings.TrimSpace(s.About), tags, s.Slow, trial.NeedsNamespaces(s) != "", trial.Worlds(s), variants, s.Duration.String(), int64(s.Duration),
		})
	}
	return printJSON(stdout, entries)
}

func listText(stdout io.Writer, library []*scenarios.Scenario) error {
	width := 0
	for _, s := range library {
		width = max(width, len(s.Name))
	}
	for _, s := range library {
		if _, err := fmt.Fprintf(stdout, "%-*s  %s  %s\n", width, s.Name, marks(s), strings.Join(s.Tags, " ")); err != nil {
			return err
		}
		for _, line := range wrap(s.About, 76) {
			fmt.Fprintf(stdout, "    %s\n", line)
		}
	}
	return nil
}

// marks lists the worlds in which an incident can run, and whether it runs real
// programs, has variants, or is slow.
func marks(s *scenarios.Scenario) string {
	var words []string
	for _, w := range trial.Worlds(s) {
		words = append(words, string(w))
	}
	if trial.NeedsNamespaces(s) != "" {
		words = append(words, "real")
	}
	if len(s.Variants) > 0 {
		words = append(words, "variants")
	}
	if s.Slow {
		words = append(words, "slow")
	}
	return "[" + strings.Join(words, " ") + "]"
}

// wrap breaks text into lines of at most width bytes, between words.
func wrap(text string, width int) []string {
	var lines []string
	for _, word := range strings.Fields(text) {
		if last := len(lines) - 1; last >= 0 && len(lines[last])+1+len(word) <= width {
			lines[last] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}
