package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/job"
	"github.com/cablepull/cablepull/scenarios/sweep"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// command is the command line that repeats the sweep, without what only says
// where its results go.
func (f *sweepFlags) command() string {
	words := []string{"cablepull", "sweep", f.Word}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	for _, x := range f.Set {
		add("--set", x)
	}
	for _, x := range f.Vary {
		add("--vary", x)
	}
	add("--variant", f.Variant)
	add("--design", f.Design)
	if f.Points > 0 {
		add("--points", strconv.Itoa(f.Points))
	}
	add("--seeds", f.Seeds)
	add("--hold-out", f.HoldOut)
	if f.Phase != string(sweep.Even) {
		add("--phase", f.Phase)
	}
	for _, x := range f.Noise {
		add("--noise", x.Word)
	}
	for _, x := range f.Figures {
		add("--figures", x)
	}
	for _, x := range f.Front {
		add("--front", x)
	}
	for _, x := range []struct{ flag, value string }{
		{"--until", f.until}, {"--against", f.against}, {"--highest", f.highest}, {"--lowest", f.lowest}, {"--while", f.while}, {"--optimise", f.optimise},
	} {
		add(x.flag, x.value)
	}
	if f.optimise != "" && f.given("budget") {
		add("--budget", strconv.Itoa(f.budget))
	}
	if f.sensitive {
		words = append(words, "--sensitivity")
	}
	if f.Exec {
		words = append(words, "--allow-exec")
	}
	return reports.Command(words...)
}

// jobPlan is the plan of the journal: what was asked, and the jobs, as far as
// they are known now.
func (s *sweeping) jobPlan() (job.Plan, error) {
	f := s.flags
	trials, err := s.trials()
	if err != nil {
		return job.Plan{}, err
	}
	var jobs []job.Job
	for _, t := range trials {
		jobs = append(jobs, job.Of(t, version()))
	}
	asked := struct {
		sweepPlan
		Command string `json:"command"` // a search is another plan
	}{f.sweepPlan, f.command()}
	plan, err := job.NewPlan(job.Sweep, version(), f.command(), asked, jobs)
	plan.Shard = s.shard
	return plan, err
}

// trials are the trials of a sweep that are known before the first is played:
// all, or none if results decide what is played next.
func (s *sweeping) trials() ([]trial.Trial, error) {
	if len(s.flags.modes()) > 0 || s.flags.until != "" {
		return nil, nil
	}
	points, err := s.points()
	if err != nil {
		return nil, err
	}
	var all []trial.Trial
	for _, seeds := range [][]uint64{s.plan.Seeds, s.holdOut} {
		for _, p := range points {
			all = append(all, s.plan.Trials(p, seeds, 0, len(seeds))...)
		}
	}
	return all, nil
}

// readNoise reads the noise models, unless the plan of a folder has brought
// them.
func (f *sweepFlags) readNoise() error {
	for _, word := range f.noise {
		n, err := trial.OpenNoise(word)
		if err != nil {
			return fmt.Errorf("--noise: %w", err)
		}
		f.Noise = append(f.Noise, n)
	}
	f.noise = nil
	return nil
}

// remember keeps the text of a scenario file in the plan, so that the results
// can be read where there is no such file.
func (f *sweepFlags) remember(source trial.Source) {
	f.Word, f.Text = source.Word, ""
	if source.Word == trial.Stdin {
		f.Text = string(source.Text)
	} else if source.File {
		if text, err := os.ReadFile(source.Word); err == nil { // it has just been read
			f.Text = string(text)
		}
	}
}
