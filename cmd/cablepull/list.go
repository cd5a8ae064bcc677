package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports/text"
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
	long  bool
	noise bool
}

func newList() *cobra.Command {
	var f listFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the incidents in the library, or its noise models",
		Example: `  cablepull list
  cablepull list --long --tag F1
  cablepull list --in self-balance
  cablepull list --world netns
  cablepull list --noise
  cablepull list --json`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.noise {
				return blameWriting(listNoise(cmd.OutOrStdout(), f.long))
			}
			return f.list(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "print a JSON array of {name, folder, about, tags, slow, real, worlds, variants, duration, duration_ns}")
	cmd.Flags().BoolVarP(&f.long, "long", "l", false, "print all that the files say about the incidents")
	cmd.Flags().StringSliceVar(&f.tags, "tag", nil, "only incidents with one of these tags, such as F27 or split-brain")
	cmd.Flags().StringSliceVar(&f.in, "in", nil, "only incidents in these folders: "+strings.Join(incidents.Folders(), ", "))
	cmd.Flags().StringVar(&f.world, "world", "", "only incidents that can run in this world: virtual or netns")
	cmd.Flags().BoolVar(&f.noise, "noise", false, "the noise models of the library instead, for run --noise")
	cmd.MarkFlagsMutuallyExclusive("noise", "json")
	cmd.MarkFlagsMutuallyExclusive("noise", "tag")
	cmd.MarkFlagsMutuallyExclusive("noise", "in")
	cmd.MarkFlagsMutuallyExclusive("noise", "world")
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
	switch {
	case f.json:
		return listJSON(stdout, library)
	case f.long:
		return blameWriting(listLong(stdout, library))
	}
	return blameWriting(listLines(stdout, library, text.OptionsFor(stdout, os.Getenv).Width))
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

// listLines prints a line for each incident, not wider than a terminal; 0: as
// wide as it takes.
func listLines(stdout io.Writer, library []*scenarios.Scenario, terminal int) error {
	var lines [][3]string
	var widths [3]int
	for _, s := range library {
		worlds, words := worldsAndWords(s)
		line := [3]string{s.Name, worlds, strings.Join(append(words, s.Tags...), " ")}
		for i := range line {
			widths[i] = min(max(widths[i], len(line[i])), columnMax)
		}
		lines = append(lines, line)
	}
	var b strings.Builder
	for i, s := range library {
		line := ""
		for k, column := range lines[i] {
			line += fmt.Sprintf("%-*s  ", widths[k], column)
		}
		b.WriteString(cutTo(line+firstSentence(s.About), terminal) + "\n")
	}
	_, err := io.WriteString(stdout, b.String())
	return err
}

// columnMax is how wide a column of the list gets for a long name or many tags.
const columnMax = 40

// firstSentence returns the first sentence of a text, on one line.
func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if first, _, several := strings.Cut(text, ". "); several {
		return first + "."
	}
	return text
}

// listLong prints the incidents with all that their files say about them.
func listLong(stdout io.Writer, library []*scenarios.Scenario) error {
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
	worlds, words := worldsAndWords(s)
	return "[" + strings.Join(append([]string{worlds}, words...), " ") + "]"
}

// worldsAndWords are the parts of the marks.
func worldsAndWords(s *scenarios.Scenario) (worlds string, words []string) {
	var all []string
	for _, w := range trial.Worlds(s) {
		all = append(all, string(w))
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
	return strings.Join(all, " "), words
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
