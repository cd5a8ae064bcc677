package spec_test

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/fault"
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

// rounds are how many incidents are played at once, for each processor: mostly
// they wait, and one that was disturbed is played again with fewer beside it.
var rounds = []int{6, 2, 1}

// stage has all incidents played in real time, begun at once and side by side.
type stage struct {
	turns map[string]*turn
}

// turn is an incident on the stage.
type turn struct {
	scenario *scenarios.Scenario
	plays    int
	over     chan struct{}
	outcome  *scenarios.Outcome
	err      error
}

// theStage is filled, with what the suite was asked for, when the first spec
// wants something from it.
var theStage = sync.OnceValue(func() *stage {
	s := &stage{turns: map[string]*turn{}}
	var all []*turn
	for _, incident := range incidents() {
		if !realTimeLabels(incident).MatchesLabelFilter(GinkgoLabelFilter()) || obstacle(incident) != "" {
			continue
		}
		p := &turn{scenario: incident, over: make(chan struct{})}
		all = append(all, p)
		s.turns[incident.Name] = p
	}
	// The longest first, so that none is left over at the end.
	slices.SortStableFunc(all, func(a, b *turn) int { return cmp.Compare(b.scenario.Duration, a.scenario.Duration) })
	go perform(all)
	return s
})

// perform plays all incidents, and again those that came out wrong beside noise
// that real time has no tolerance for: that says nothing of them. They are judged
// when all have been played, for that computes.
func perform(all []*turn) {
	for i, perProcessor := range rounds {
		sideBySide(perProcessor*runtime.NumCPU(), all, (*turn).play)
		var mu sync.Mutex
		var again []*turn
		sideBySide(runtime.NumCPU(), all, func(p *turn) {
			if i == len(rounds)-1 || p.err != nil || !p.disturbed() {
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

func (p *turn) play() {
	p.plays++
	p.outcome, p.err = p.scenario.Run(context.Background(), scenarios.RunOptions{Seed: p.scenario.Seed, Lab: onNamespaces})
}

// disturbed says whether the outcome is wrong beside noise that real time has no
// tolerance for. It is no verdict then, on the incident or on the bench.
func (p *turn) disturbed() bool { return p.outcome.Noise > p.scenario.NoiseMax() && !p.good() }

// good says whether there is nothing wrong with the outcome.
func (p *turn) good() bool {
	if ok, _ := kit.Pass().Match(p.outcome); !ok || isReal(p.scenario) {
		return ok
	}
	ok, _ := kit.MeasureLike(p.scenario, referencesFor(p.scenario, p.outcome), p.scenario.RealTime()).Match(p.outcome)
	return ok
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
	p := theStage().turns[s.Name]
	select {
	case <-p.over:
	case <-ctx.Done():
		Fail("it was not played in time")
	}
	Expect(p.err).NotTo(HaveOccurred())
	AddReportEntry("in real time", fmt.Sprintf("played %d times, noise %v", p.plays, p.outcome.Noise), ReportEntryVisibilityFailureOrVerbose)
	if p.disturbed() {
		Skip(fmt.Sprintf("the machine is too busy for real time: alone, too, a process of the run waited %v for a processor",
			p.outcome.Noise.Round(time.Millisecond)))
	}
	return p.outcome
}

// obstacle says in a sentence why an incident cannot be played on namespaces
// here; empty if it can.
func obstacle(s *scenarios.Scenario) string {
	if why := noNamespaces(); why != "" {
		return why
	}
	var faults []fault.Fault
	for _, step := range s.Timeline {
		faults = append(faults, step.Faults...)
	}
	if err := testbed.Check(s.Topology, faults); err != nil {
		return err.Error()
	}
	if missing := testbed.Missing(s.Topology); len(missing) > 0 {
		return fmt.Sprintf("%s is not installed, which runs in incidents with real programs", missing[0])
	}
	return ""
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
