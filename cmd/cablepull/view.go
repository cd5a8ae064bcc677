package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// viewFlags say what of a run is printed.
type viewFlags struct {
	from, to time.Duration
	nodes    []string
	quiet    bool
	given    []string // of --from, --to and --node
}

// flagsOfTimeline are the flags that only a timeline obeys.
var flagsOfTimeline = []string{"from", "to", "node"}

// register adds the flags to those of a verb.
func (v *viewFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.DurationVar(&v.from, "from", 0, "the timeline begins at this time of the run, such as 42s")
	flags.DurationVar(&v.to, "to", 0, "the timeline ends at this time of the run")
	flags.StringSliceVar(&v.nodes, "node", nil, "the timeline shows only these nodes, and the faults")
	flags.BoolVar(&v.quiet, "quiet", false, "print only the verdict, and what failed")
}

// check finds flags that would have no effect. Changed reports whether a flag
// was given.
func (v *viewFlags) check(changed func(string) bool, json, both bool) error {
	v.given = nil
	for _, name := range flagsOfTimeline {
		if changed(name) {
			v.given = append(v.given, "--"+name)
		}
	}
	switch {
	case v.quiet && json:
		return errors.New("run: got --quiet and --json, want one of them: JSON has the whole run")
	case len(v.given) == 0:
		return nil
	case json:
		return fmt.Errorf("run: %s is of the timeline, and --json prints none; drop one of them", v.given[0])
	case v.quiet:
		return fmt.Errorf("run: %s is of the timeline, and --quiet prints none; drop one of them", v.given[0])
	case both:
		return fmt.Errorf("run: %s is of the timeline, and --world %s prints a comparison; drop one of them", v.given[0], worldBoth)
	}
	return nil
}

// of is the view of a run that prints a timeline, or the error that these
// trials do not.
func (v *viewFlags) of(trials []trial.Trial, bare bool) (text.View, error) {
	switch {
	case len(v.given) == 0:
		return text.View{}, nil
	case !bare:
		return text.View{}, fmt.Errorf("run: %s is of the timeline, which only a single run prints; name one scenario, with one seed and one variant", v.given[0])
	}
	s, to := trials[0].Scenario, slices.Contains(v.given, "--to")
	switch {
	case v.from < 0 || v.from >= s.Duration:
		return text.View{}, fmt.Errorf("run: --from: got %v, want 0s or more, and less than %v, when %s ends", v.from, s.Duration, s.Name)
	case to && (v.to <= v.from || v.to > s.Duration):
		return text.View{}, fmt.Errorf("run: --to: got %v, want more than %v, and at most %v, when %s ends", v.to, v.from, s.Duration, s.Name)
	}
	for _, node := range v.nodes {
		if err := s.CheckNode(node); err != nil {
			return text.View{}, fmt.Errorf("run: --node: %w", err)
		}
	}
	return text.View{Window: reports.Window{From: v.from, To: v.to}, Nodes: v.nodes}, nil
}
