package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/netfab/netns"
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
			return doctor(asJSON, args, streamsOf(cmd))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {netns, findings: [{name, ok, detail, needed, cost, skips, remedy}]}")
	return cmd
}

// doctor prints what this machine can do for the netns world, and fails if that
// is nothing.
func doctor(asJSON bool, args []string, std streams) error {
	// What cannot be entered will be among the findings.
	var ended endedError
	if err := enterNamespaces(args, std); errors.As(err, &ended) {
		return ended
	}
	library, err := incidents.All()
	if err != nil {
		return benchError{err}
	}
	d := trial.Diagnose(netns.Probe(), library)
	write := writeDiagnosis
	if asJSON {
		write = writeDiagnosisJSON
	}
	if err := write(std.out, d); err != nil {
		return blame(err)
	}
	if !d.Netns {
		return errFailed
	}
	return nil
}

func writeDiagnosisJSON(w io.Writer, d trial.Diagnosis) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(d)
}

// writeDiagnosis prints one line for each finding, and the verdict.
func writeDiagnosis(w io.Writer, d trial.Diagnosis) error {
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
