package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// consent says what runs in virtual time will take if that is much, and asks on
// a terminal whether to go on. Elsewhere nobody can be asked, and --yes has to
// be given. Many short runs are not asked about, since they can be interrupted
// at any time without a loss; nor is real time, which is as long as the
// scenario says.
func (s *session) consent(trials []trial.Trial, stdin io.Reader) error {
	large := s.large(trials)
	if large == "" {
		return nil
	}
	if s.flags.yes {
		s.note("%s", large)
		return nil
	}
	in, fromFile := stdin.(*os.File)
	out, toFile := s.stderr.(*os.File)
	if !fromFile || !toFile || !term.IsTerminal(int(in.Fd())) || !term.IsTerminal(int(out.Fd())) {
		return fmt.Errorf("run: %s: add --yes if that is meant", large)
	}
	return s.ask(large, in)
}

// ask asks whether to go on.
func (s *session) ask(about string, in io.Reader) error {
	fmt.Fprintf(s.stderr, "cablepull: %s: go on? [y/N] ", about)
	answer, _ := bufio.NewReader(in).ReadString('\n') // without an answer it is no
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	}
	return errors.New("run: not begun")
}

// large names the first run that takes long, or much memory together with
// those that are played at the same time; empty if there is none.
func (s *session) large(trials []trial.Trial) string {
	known := map[*scenarios.Scenario]trial.Estimate{}
	due := trial.Due(trials)[trial.Virtual]
	atOnce := min(s.flags.jobsIn(trial.Virtual), len(due))
	for _, i := range due {
		t := trials[i]
		e, is := known[t.Scenario]
		if !is {
			e = trial.EstimateOf(t.Scenario)
			known[t.Scenario] = e
		}
		if t.Verify {
			e.Time *= 2
		}
		if what := e.Large(atOnce); what != "" {
			return fmt.Sprintf("%s needs %s", t.Label(), what)
		}
	}
	return ""
}
