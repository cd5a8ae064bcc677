package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func newDoctor(args []string) *cobra.Command {
	var asJSON bool
	var recording recordFlags
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check what this machine can do in the netns world, or record its noise",
		Long: `Doctor tries each thing that a run with --world netns needs, and looks for the
programs that the library's incidents run. For anything missing it reports what
you lose without it, and how to get it.

With --record-noise it checks nothing. It records how this machine stands still:
a thread sleeps for 1 ms again and again, and each time that it goes on 1 ms or
more too late is a pause. Their instants and lengths become a noise model, with
which run --noise disturbs a cluster in the same way. Record while the machine
does its usual work. Ctrl-C ends the recording and keeps what there is.

Exit status: 0 if the netns world can run here; 1 if it cannot. With
--record-noise 0; 130 if it was interrupted, though the file is written.`,
		Example: `  cablepull doctor
  cablepull doctor --json
  cablepull doctor --record-noise mine.yaml --for 10m
  cablepull run pair.yaml --noise mine.yaml --seeds 1..50`,
		Args: exactly(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := recording.check(); err != nil {
				return err
			}
			if recording.path != "" {
				return recording.record(cmd.Context(), streamsOf(cmd))
			}
			return doctor(asJSON, args, streamsOf(cmd))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {netns, findings: [{name, ok, detail, needed, cost, skips, remedy}]}")
	recording.register(cmd)
	return cmd
}

// doctor prints what this machine can do in the netns world, and fails if it
// cannot run there at all.
func doctor(asJSON bool, args []string, std streams) error {
	var ended endedError // any other error shows up in the findings
	if err := enterNamespaces(args, std); errors.As(err, &ended) {
		return ended
	}
	library, err := incidents.All()
	if err != nil {
		return benchError{err}
	}
	d := trial.Diagnose(netns.Probe(), library)
	if asJSON {
		err = printJSON(std.out, d)
	} else {
		err = writeDiagnosis(std.out, d)
	}
	if err == nil && !d.Netns {
		return errFailed
	}
	return blame(err)
}

// writeDiagnosis prints one line for each finding, and the verdict.
func writeDiagnosis(w io.Writer, d trial.Diagnosis) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range d.Findings {
		if f.OK {
			fmt.Fprintf(table, "ok       %s\t%s\n", f.Name, f.Detail)
			continue
		}
		fmt.Fprintf(table, "missing  %s\t%s: %s", f.Name, f.Detail, f.Cost)
		if f.Remedy != "" {
			fmt.Fprintf(table, " (%s)", f.Remedy)
		}
		fmt.Fprintln(table)
	}
	verdict := "\nThe netns world can run here.\n"
	if !d.Netns {
		verdict = "\nThe netns world cannot run here. The virtual world runs on any machine.\n"
	}
	fmt.Fprint(table, verdict)
	return table.Flush()
}
