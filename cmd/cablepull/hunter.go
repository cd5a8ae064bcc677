package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/hunt"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// hunter is one invocation of the verb hunt.
type hunter struct {
	flags  *huntFlags
	ctx    context.Context
	std    streams
	source trial.Source
	began  time.Time
	line   bool // the terminal shows a line of progress
	found  []huntFinding
}

func newHunter(ctx context.Context, f *huntFlags, std streams, source trial.Source) *hunter {
	h := &hunter{flags: f, ctx: ctx, std: std, source: source, began: time.Now()}
	file, is := std.err.(*os.File)
	h.line = is && term.IsTerminal(int(file.Fd())) && !f.json
	return h
}

// huntFinding is a finding in the document of --json.
type huntFinding struct {
	hunt.Wrong
	Sentence string   `json:"sentence"`
	Lines    []string `json:"lines"` // of the timeline
	Seed     uint64   `json:"seed"`  // of the world
	Schedule int      `json:"schedule"`
	Times    int      `json:"times"`   // schedules that showed it
	Plays    int      `json:"plays"`   // that shrinking took
	Allowed  string   `json:"allowed"` // why; empty: it is not
	File     string   `json:"file"`    // empty: none could be made
	finding  *hunt.Finding
}

// huntReport is the document of --json.
type huntReport struct {
	Scenario  string        `json:"scenario"`
	Seed      uint64        `json:"seed"`
	Within    time.Duration `json:"within"`
	Window    time.Duration `json:"window"`
	Schedules int           `json:"schedules"`
	States    int           `json:"states"`
	Corpus    int           `json:"corpus"`
	Findings  []huntFinding `json:"findings"`
}

// run hunts, and prints what was found.
func (h *hunter) run(o hunt.Options) error {
	if h.flags.jobs > runtime.GOMAXPROCS(0) {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(h.flags.jobs))
	}
	if h.flags.schedules == 0 {
		o.Stop = func() bool { return time.Since(h.began) >= h.flags.limit }
	}
	if h.flags.corpus != "" {
		o.Keep = hunt.Corpus{Dir: h.flags.corpus}.Add
	}
	o.Found, o.Tell = h.leave, h.tell
	h.announce(o)
	report, err := hunt.Run(h.ctx, h.source.Scenario, o)
	h.clear()
	if err != nil {
		return fmt.Errorf("hunt: %w", err)
	}
	if err := h.print(report); err != nil {
		return blameWriting(err)
	}
	return h.verdict(report)
}

// announce says what is going to happen.
func (h *hunter) announce(o hunt.Options) {
	if h.flags.json {
		return
	}
	within, why := o.Within, "--recover"
	if within == 0 {
		patience := hunt.PatienceFor(h.source.Scenario.Topology.WithDefaults())
		within, why = patience.Sum(), patience.String()
	}
	fmt.Fprintf(h.std.out, "Hunting in %s with seed %d; after the last fault it must recover within %v (%s).\n", h.source.Scenario.Title(), o.Seed, within, why)
	if len(o.Begin) > 0 {
		fmt.Fprintf(h.std.out, "It begins with %s of %s.\n", counted(len(o.Begin), "schedule"), h.flags.corpus)
	}
}

// tell shows on a terminal how far the hunt is.
func (h *hunter) tell(p hunt.Progress) {
	if h.line {
		rate := float64(p.Schedules) / time.Since(h.began).Seconds()
		fmt.Fprintf(h.std.err, "\r\033[K%d schedules, %.0f/s, %d states, %d found, %d allowed", p.Schedules, rate, p.States, p.Findings, p.Allowed)
	}
}

// clear removes the line of progress.
func (h *hunter) clear() {
	if h.line {
		fmt.Fprint(h.std.err, "\r\033[K")
	}
}

// leave writes a finding, and says what it is.
func (h *hunter) leave(f *hunt.Finding) error {
	one := huntFinding{
		Wrong: f.Wrong, Sentence: f.Sentence(), Lines: []string{}, Seed: f.Seed, Schedule: f.Number, Plays: f.Plays, Allowed: f.Reason, finding: f,
	}
	for _, l := range f.Schedule {
		one.Lines = append(one.Lines, l.String())
	}
	if f.File != nil {
		one.File = filepath.Join(h.flags.out, f.Name()+".yaml")
		if err := h.write(one.File, f); err != nil {
			return err
		}
	}
	h.found = append(h.found, one)
	if h.flags.json || f.Reason != "" {
		return nil
	}
	h.clear()
	var b strings.Builder
	fmt.Fprintf(&b, "\nFOUND by schedule %d, shrunk by %s, role %q:\n%s\n", f.Number, counted(f.Plays, "play"), f.Role, one.Sentence)
	for _, line := range one.Lines {
		fmt.Fprintf(&b, "    %s\n", line)
	}
	switch {
	case one.File != "":
		fmt.Fprintf(&b, "  %s\n", reports.Command("cablepull", "run", argument(one.File)))
	default:
		b.WriteString("  There is no file of it: the scenario is not in block style, or the invariant needs more than a timeline.\n")
	}
	_, err := h.std.out.Write([]byte(b.String()))
	return blameWriting(err)
}

// write writes the scenario of a finding, and what it prints when it is run.
func (h *hunter) write(path string, f *hunt.Finding) error {
	if err := hunt.WriteFile(path, f.File); err != nil {
		return err
	}
	var timeline bytes.Buffer
	run(h.ctx, []string{"run", argument(path)}, strings.NewReader(""), &timeline, &timeline)
	return hunt.WriteFile(strings.TrimSuffix(path, ".yaml")+".txt", timeline.Bytes())
}

// print prints the end of a hunt.
func (h *hunter) print(r *hunt.Report) error {
	for i, f := range h.found {
		h.found[i].Times = f.finding.Times
	}
	if h.flags.json {
		if h.found == nil {
			h.found = []huntFinding{}
		}
		return printJSON(h.std.out, huntReport{
			h.source.Scenario.Name, h.flags.seed, r.Within, r.Window, r.Schedules, r.States, r.Corpus, h.found,
		})
	}
	var b strings.Builder
	for _, f := range h.found {
		if f.Allowed != "" {
			fmt.Fprintf(&b, "\nallowed, seen %d times: %s\n  because %s\n", f.Times, f.Sentence, f.Allowed)
		}
	}
	fmt.Fprintf(&b, "\n%s, %s, %d of them led to new ones; %d found, %d allowed\n",
		counted(r.Schedules, "schedule"), counted(r.States, "distinct state"), r.Corpus, r.Findings, r.Allowed)
	_, err := h.std.out.Write([]byte(b.String()))
	return err
}

// verdict is the error with which the hunt ends.
func (h *hunter) verdict(r *hunt.Report) error {
	for _, f := range r.All {
		if f.Bench() && f.Reason == "" {
			return benchError{fmt.Errorf("hunt: %s", f.Sentence())}
		}
	}
	switch {
	case h.ctx.Err() != nil:
		return h.ctx.Err()
	case r.Findings > 0:
		return errFailed
	}
	return nil
}
