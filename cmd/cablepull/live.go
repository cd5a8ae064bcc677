package main

import (
	"errors"
	"os"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// live keeps progress.json in the directory of --out, for cablepull serve,
// until end is called. Without --out it does nothing. A directory that it made
// and that stays empty is removed.
func (s *session) live(total int) (report *reports.Reporter, end func() error, err error) {
	out := s.flags.out
	if out == "" {
		return nil, func() error { return nil }, nil
	}
	_, err = os.Stat(out)
	made := errors.Is(err, os.ErrNotExist)
	report, err = reports.StartProgress(out, total)
	if err != nil {
		return nil, nil, blameWriting(err)
	}
	return report, func() error {
		err := report.Close()
		if made {
			os.Remove(out) // fails unless it stayed empty
		}
		return blameWriting(err)
	}, nil
}

// liveName tells the runs of one command apart.
func liveName(t trial.Trial) string {
	if t.World == trial.Virtual {
		return t.Name()
	}
	return t.Name() + " in " + string(t.World)
}
