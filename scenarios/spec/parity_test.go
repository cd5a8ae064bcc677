package spec_test

import (
	"context"
	"slices"
	"sync"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// playground is where an incident is played.
type playground struct {
	play func(SpecContext, *scenarios.Scenario) *scenarios.Outcome
	// references are what is measured in virtual time; nothing of an incident that
	// virtual time has no place for.
	references func(SpecContext, *scenarios.Scenario, *scenarios.Outcome) []*scenarios.Outcome
	tolerance  func(*scenarios.Scenario) time.Duration // of what is measured there
}

var (
	inVirtualTime = playground{
		play: playAgain,
		references: func(ctx SpecContext, s *scenarios.Scenario, _ *scenarios.Outcome) []*scenarios.Outcome {
			return []*scenarios.Outcome{play(ctx, s).Outcome}
		},
		tolerance: func(*scenarios.Scenario) time.Duration { return 0 },
	}
	inRealTime = playground{
		play: playOnNamespaces,
		references: func(_ SpecContext, s *scenarios.Scenario, o *scenarios.Outcome) []*scenarios.Outcome {
			return referencesFor(s, o)
		},
		tolerance: (*scenarios.Scenario).RealTime,
	}
)

// playAgain plays an incident in virtual time, without a capture.
func playAgain(ctx SpecContext, s *scenarios.Scenario) *scenarios.Outcome {
	GinkgoHelper()
	defer useProcs(procsHere)()
	o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed, Keep: event.All()})
	Expect(err).NotTo(HaveOccurred())
	return o
}

// surroundings keeps what around has played.
var surroundings sync.Map

// adrift are incidents in which two rhythms meet that nothing ties together. A
// millisecond decides which comes first, and that decides all that is measured
// later: as different as with another seed, and so they are held against many.
var adrift = []string{"group-collision-mac"}

const seedsAdrift = 24

// around plays an incident in virtual time: as it is, which mostly is all that
// is asked for, or in all ways in which real time may differ, too.
func around(s *scenarios.Scenario, all bool) []*scenarios.Outcome {
	if isReal(s) {
		return nil
	}
	tolerance := s.RealTime()
	if !all {
		tolerance = 0
	}
	type key struct {
		name      string
		tolerance time.Duration
	}
	if known, has := surroundings.Load(key{s.Title(), tolerance}); has {
		return known.([]*scenarios.Outcome)
	}
	play := func(variant *scenarios.Scenario, seed uint64) (*scenarios.Outcome, error) {
		return variant.Run(context.Background(), scenarios.RunOptions{Seed: seed, Keep: event.SetOf(event.StandbyChanged{})})
	}
	outcomes, err := kit.Around(s, tolerance, func(variant *scenarios.Scenario) (*scenarios.Outcome, error) { return play(variant, s.Seed) })
	for seed := uint64(1); all && err == nil && seed <= seedsAdrift && slices.Contains(adrift, s.Name); seed++ {
		var o *scenarios.Outcome
		if o, err = play(s, seed); err == nil {
			outcomes = append(outcomes, o)
		}
	}
	if err != nil {
		panic(err) // which the library's own specs report better
	}
	surroundings.Store(key{s.Title(), tolerance}, outcomes)
	return outcomes
}

// referencesFor are what an outcome in real time is held against: the incident
// as it is, unless that is not enough.
func referencesFor(s *scenarios.Scenario, o *scenarios.Outcome) []*scenarios.Outcome {
	itself := around(s, false)
	if like, _ := kit.MeasureLike(s, itself, s.RealTime()).Match(o); like {
		return itself
	}
	return around(s, true)
}

// One body for both worlds: what is expected of an incident holds, and what is
// measured is what virtual time measures, as far as real time can be like it.
var _ = Describe("wherever it is played", func() {
	for _, s := range allIncidents() {
		entries := []any{Label(s.Tags...), func(ctx SpecContext, there playground) {
			o := there.play(ctx, s)
			DeferCleanup(func() {
				if CurrentSpecReport().Failed() {
					kit.AttachOutcome(s, o)
				}
			})
			Expect(o).To(kit.Pass())
			if references := there.references(ctx, s, o); len(references) > 0 {
				Expect(o).To(kit.MeasureLike(s, references, there.tolerance(s)))
			}
		}}
		if !isReal(s) {
			entries = append(entries, Entry("in virtual time", inVirtualTime))
		}
		entries = append(entries, Entry("in real time", realTimeLabels(s), inRealTime))
		DescribeTable(s.Title()+" measures the same", entries...)
	}
})
