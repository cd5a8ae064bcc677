package spec_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/testbed"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// version is what the processes of a run take each other to be of.
const version = "spec"

// onNamespaces is a lab in real time.
func onNamespaces(t topology.Topology, o world.Options) (scenarios.Lab, error) {
	b, err := testbed.New(t, testbed.Options{Options: o, Version: version})
	if err != nil {
		return nil, err
	}
	return b, nil
}

// rounds are how many incidents are played at once, for each processor: they
// mostly wait, and a failing one is retried with less parallelism.
var rounds = []int{12, 4, 2, 1}

// startEvery is the time between two starts, times the number of processors. To
// start an incident's processes and networks is a burst of work, which delays
// every other play.
const startEvery = 6 * time.Second

// strikes are how many failed plays fail an incident. A play in real time is a
// sample: it may depend on which of two machines sends first, by less than a
// processor's turn. So one failed play proves little and is only reported; the
// second fails the incident.
const strikes = 2

// stage has all incidents played in real time, begun at once and side by side.
type stage struct {
	turns map[string]*turn
	over  chan struct{} // closed when all have been played
}

// turn is an incident on the stage.
type turn struct {
	scenario *scenarios.Scenario
	over     chan struct{}
	outcome  *scenarios.Outcome // of the last play
	err      error
	wrong    int      // plays that count
	told     []string // what was wrong in each play, and its noise
}

// theStage is filled, with what the suite was asked for, when the first spec
// wants something from it.
var theStage = sync.OnceValue(func() *stage {
	s := &stage{turns: map[string]*turn{}, over: make(chan struct{})}
	var all []*turn
	for _, incident := range allIncidents() {
		if !realTimeLabels(incident).MatchesLabelFilter(GinkgoLabelFilter()) || obstacle(incident) != "" || !focused(everywhere+" "+entryOf(incident)+" in real time") {
			continue
		}
		p := &turn{scenario: incident, over: make(chan struct{})}
		all = append(all, p)
		s.turns[incident.Title()] = p
	}
	// The longest first, so that none is left over at the end.
	slices.SortStableFunc(all, func(a, b *turn) int { return cmp.Compare(b.scenario.Duration, a.scenario.Duration) })
	go func() {
		defer close(s.over)
		perform(all)
	}()
	return s
})

// focused reports whether -ginkgo.focus, if it is given, chooses a spec.
func focused(spec string) bool {
	suite, _ := GinkgoConfiguration()
	return len(suite.FocusStrings) == 0 || slices.ContainsFunc(suite.FocusStrings, func(focus string) bool {
		chosen, err := regexp.MatchString(focus, spec)
		return err == nil && chosen // Ginkgo itself refuses what is no regular expression
	})
}

// perform plays all incidents, and again those that came out wrong, until that
// is a verdict. They are judged when all have been played, for that computes.
func perform(all []*turn) {
	for i, perProcessor := range rounds {
		if len(all) == 0 {
			return
		}
		atOnce := perProcessor * runtime.NumCPU()
		pace := startEvery / time.Duration(runtime.NumCPU())
		announce(i, atOnce, pace, all)
		starts := time.NewTicker(pace)
		sideBySide(atOnce, all, func(p *turn) {
			<-starts.C
			p.play()
		})
		starts.Stop()
		var mu sync.Mutex
		var again []*turn
		sideBySide(runtime.NumCPU(), all, func(p *turn) {
			if p.settled() || i == len(rounds)-1 {
				close(p.over)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			again = append(again, p)
		})
		all = again
	}
}

// announce says what is played next, and how long that takes at least: nothing
// else is printed for minutes.
func announce(round, atOnce int, pace time.Duration, all []*turn) {
	took := time.Duration(0)
	for _, p := range all {
		took += p.scenario.Duration
	}
	fmt.Fprintf(os.Stderr, "in real time, round %d of %d: %d incidents, %d at once, at least %v\n", round+1, len(rounds), len(all), atOnce,
		max(took/time.Duration(atOnce), all[0].scenario.Duration, pace*time.Duration(len(all))).Round(time.Second))
	for _, p := range all {
		if len(p.told) > 0 {
			fmt.Fprintf(os.Stderr, "  again %s: %s\n", p.scenario.Title(), strings.Join(strings.Fields(p.told[len(p.told)-1]), " "))
		}
	}
}

func (p *turn) play() {
	p.outcome, p.err = p.scenario.Run(context.Background(), scenarios.RunOptions{Seed: p.scenario.Seed, Lab: onNamespaces, Keep: event.All()})
}

// settled judges the last play and says whether there is a verdict now. A
// failure under more noise than the tolerance allows says nothing about the
// incident or the bench.
func (p *turn) settled() bool {
	if p.err != nil {
		return true
	}
	problem := p.problem()
	if problem == "" {
		return true
	}
	p.told = append(p.told, problem)
	if p.outcome.Noise <= p.scenario.NoiseMax() {
		p.wrong++
	}
	return p.wrong == strikes
}

// problem says what is wrong with the outcome of the last play; empty: nothing.
func (p *turn) problem() string {
	pass := kit.Pass()
	if ok, _ := pass.Match(p.outcome); !ok {
		return pass.FailureMessage(p.outcome)
	}
	if isReal(p.scenario) {
		return unlikeTwin(p.scenario, p.outcome)
	}
	like := kit.MeasureLike(p.scenario, referencesFor(p.scenario, p.outcome), p.scenario.RealTime())
	if ok, _ := like.Match(p.outcome); !ok {
		return like.FailureMessage(p.outcome)
	}
	return ""
}

// unlikeTwin says what differs from the twin of an incident without a reason.
func unlikeTwin(s *scenarios.Scenario, o *scenarios.Outcome) string {
	twin, err := trial.Twin(context.Background(), s, o)
	switch {
	case err != nil:
		return err.Error()
	case twin == nil:
		return ""
	}
	var problems []string
	for _, e := range twin.Judgement() {
		if !e.Passed {
			problems = append(problems, e.Text+": "+e.Got)
		}
	}
	return strings.Join(problems, "; ")
}

// sideBySide does something with each, with so many at once.
func sideBySide(atOnce int, all []*turn, do func(*turn)) {
	queue := make(chan *turn)
	var group sync.WaitGroup
	for range atOnce {
		group.Go(func() {
			for p := range queue {
				do(p)
			}
		})
	}
	for _, p := range all {
		queue <- p
	}
	close(queue)
	group.Wait()
}

// playOnNamespaces returns what came of an incident on the stage, or skips.
func playOnNamespaces(ctx SpecContext, s *scenarios.Scenario) *scenarios.Outcome {
	GinkgoHelper()
	if why := obstacle(s); why != "" {
		Skip(why)
	}
	p := theStage().turns[s.Title()]
	select {
	case <-p.over:
	case <-ctx.Done():
		Fail("it was not played in time")
	}
	Expect(p.err).NotTo(HaveOccurred())
	AddReportEntry("in real time", fmt.Sprintf("noise %v", p.outcome.Noise), ReportEntryVisibilityFailureOrVerbose)
	for i, problem := range p.told {
		AddReportEntry("play", fmt.Sprintf("NOTE %s, play %d: %s", s.Title(), i+1,
			strings.Join(strings.Fields(problem), " ")), ReportEntryVisibilityFailureOrVerbose)
	}
	if len(p.told) == len(rounds) && p.wrong < strikes {
		Skip(fmt.Sprintf("the machine is too busy for real time: in the last of %d plays, too, a process of the run waited %v for a processor",
			len(rounds), p.outcome.Noise.Round(time.Millisecond)))
	}
	return p.outcome
}

// obstacle says in a sentence why an incident cannot be played on namespaces
// here; empty if it can.
func obstacle(s *scenarios.Scenario) string {
	if why := noNamespaces(); why != "" {
		return why
	}
	if s.Duration > trial.TwinMax {
		return fmt.Sprintf("it lasts %v, in real time as well", s.Duration)
	}
	return trial.Obstacle(s)
}

// noNamespaces says why this machine has no network namespaces for us.
var noNamespaces = sync.OnceValue(func() string {
	space, err := netns.New()
	if err != nil {
		return fmt.Sprintf("specs in real time need root or user namespaces: %v", err)
	}
	space.Close()
	return ""
})
