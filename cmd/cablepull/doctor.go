package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func newDoctor(args []string) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what this machine can do for runs in the netns world",
		Long: `Doctor tries what a run with --world netns needs, each thing by doing it once, and
looks for the programs that incidents of the library run. Of what is missing it
says what that costs, and how to get it.

Exit status: 0 if the netns world can run here; 1 if it cannot.`,
		Example: `  cablepull doctor
  cablepull doctor --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			// What cannot be entered will be among the findings.
			var ended endedError
			if err := enterNamespaces(cmd, args); errors.As(err, &ended) {
				return ended
			}
			library, err := incidents.All()
			if err != nil {
				return benchError{err}
			}
			d := diagnose(netns.Probe(), library)
			if asJSON {
				err = d.writeJSON(cmd.OutOrStdout())
			} else {
				err = d.writeText(cmd.OutOrStdout())
			}
			if err == nil && !d.Netns {
				return errFailed
			}
			return blame(err)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {netns, findings: [{name, ok, detail, needed, cost, skips, remedy}]}")
	return cmd
}

// diagnosis is what a machine can do for the netns world.
type diagnosis struct {
	Netns    bool      `json:"netns"` // it can run at all
	Findings []finding `json:"findings"`
}

// finding is what is known of one thing, with what its absence costs.
type finding struct {
	Name   string   `json:"name"`
	OK     bool     `json:"ok"`
	Detail string   `json:"detail"`
	Needed string   `json:"needed"`
	Cost   string   `json:"cost"`   // in a sentence; empty if it is there
	Skips  []string `json:"skips"`  // incidents of the library that cannot run without
	Remedy string   `json:"remedy"` // how to get it; empty if it is there
}

// diagnose works out what is lost with what was not found.
func diagnose(found []netns.Finding, library []*scenarios.Scenario) diagnosis {
	d := diagnosis{Netns: true}
	for _, f := range found {
		about := finding{Name: f.Name, OK: f.OK, Detail: f.Detail, Needed: string(f.Needed), Remedy: f.Remedy, Skips: []string{}}
		if !f.OK {
			d.Netns = d.Netns && f.Needed != netns.ForWorld
			about.Skips = append(about.Skips, skippedWithout(f, library)...)
			about.Cost = costOf(f, about.Skips)
		}
		d.Findings = append(d.Findings, about)
	}
	return d
}

// skippedWithout lists the incidents that need what was not found.
func skippedWithout(f netns.Finding, library []*scenarios.Scenario) []string {
	var names []string
	for _, s := range library {
		needs := slices.ContainsFunc(s.Programs(), func(p scenarios.Program) bool { return p.Command[0] == f.Name })
		if needs || slices.Contains(trial.NeededGroups(s), f.Needed) {
			names = append(names, s.Name)
		}
	}
	return names
}

// costOf says what the absence of a thing costs.
func costOf(f netns.Finding, skips []string) string {
	switch f.Needed {
	case netns.ForWorld:
		return "no run in the netns world is possible"
	case netns.ForUsers:
		return "only root can run the netns world"
	case netns.ForFreeze:
		return "a frozen node is stopped by signals, one process after the other"
	case netns.ForLooking:
		return "no run needs it"
	}
	switch len(skips) {
	case 0:
		return "no incident of the library needs it, yours may"
	case 1:
		return "the incident " + skips[0] + " is skipped"
	}
	const most = 4 // of the names on a line
	names := strings.Join(skips[:min(len(skips), most)], ", ")
	if len(skips) > most {
		names += ", …"
	}
	return fmt.Sprintf("%d incidents are skipped: %s", len(skips), names)
}

func (d diagnosis) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// writeText prints one line for each finding, and the verdict.
func (d diagnosis) writeText(w io.Writer) error {
	var b strings.Builder
	width := 0
	for _, f := range d.Findings {
		width = max(width, len(f.Name))
	}
	for _, f := range d.Findings {
		if f.OK {
			fmt.Fprintf(&b, "ok       %-*s  %s\n", width, f.Name, f.Detail)
			continue
		}
		fmt.Fprintf(&b, "missing  %-*s  %s: %s", width, f.Name, f.Detail, f.Cost)
		if f.Remedy != "" {
			fmt.Fprintf(&b, " (%s)", f.Remedy)
		}
		b.WriteByte('\n')
	}
	verdict := "\nThe netns world can run here.\n"
	if !d.Netns {
		verdict = "\nThe netns world cannot run here; the virtual world can, on any machine.\n"
	}
	b.WriteString(verdict)
	_, err := io.WriteString(w, b.String())
	return err
}
