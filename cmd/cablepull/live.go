package main

import (
	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// begin starts to report in the directory of --out how far the runs are, for
// cablepull serve. Without --out it does nothing.
func (s *session) begin(trials []trial.Trial) (err error) {
	if s.output == nil {
		return nil
	}
	due := trial.Due(trials)
	s.live, err = reports.StartProgress(s.flags.out, len(due[trial.Virtual])+len(due[trial.Netns]))
	return blameWriting(err)
}

// liveName tells the runs of one command apart.
func liveName(t trial.Trial) string {
	if t.World == trial.Virtual {
		return t.Name()
	}
	return t.Name() + " in " + string(t.World)
}
