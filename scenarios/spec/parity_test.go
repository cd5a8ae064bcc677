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
)

// playground is where an incident is played.
type playground struct {
	play func(SpecContext, *scenarios.Scenario) *scenarios.Outcome
	// references are what is measured in virtual time; nothing of an incident that
	// virtual time has no place for.
	references func(SpecContext, *scenarios.Scenario) []*scenarios.Outcome
	tolerance  time.Duration // of what is measured there
}

var (
	inVirtualTime = playground{
		play: playAgain,
		references: func(ctx SpecContext, s *scenarios.Scenario) []*scenarios.Outcome {
			return []*scenarios.Outcome{play(ctx, s).Outcome}
		},
	}
	inRealTime = playground{
		play: playOnNamespaces,
		references: func(_ SpecContext, s *scenarios.Scenario) []*scenarios.Outcome {
			return around(s)
		},
		tolerance: scenarios.RealTime,
	}
)

// playAgain plays an incident in virtual time, without a capture.
func playAgain(ctx SpecContext, s *scenarios.Scenario) *scenarios.Outcome {
	GinkgoHelper()
	defer useProcs(procsHere)()
	o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed})
	Expect(err).NotTo(HaveOccurred())
	return o
}

// surroundings keeps what around has played.
var surroundings sync.Map

// around plays an incident in virtual time, as it is and with the tolerance of
// real time before and after.
func around(s *scenarios.Scenario) []*scenarios.Outcome {
	if isReal(s) {
		return nil
	}
	if all, has := surroundings.Load(s.Name); has {
		return all.([]*scenarios.Outcome)
	}
	all, err := kit.Around(s, scenarios.RealTime, func(moved *scenarios.Scenario) (*scenarios.Outcome, error) {
		o, err := moved.Run(context.Background(), scenarios.RunOptions{Seed: s.Seed})
		if err == nil {
			o.Events = kit.StateChanges(o.Events) // traffic would fill the memory
		}
		return o, err
	})
	if err != nil {
		panic(err) // which the library's own specs report better
	}
	surroundings.Store(s.Name, all)
	return all
}

// One body for both worlds: what is expected of an incident holds, and what is
// measured is what virtual time measures, as far as real time can be like it.
var _ = Describe("wherever it is played", func() {
	for _, s := range incidents() {
		entries := []any{Label(s.Tags...), func(ctx SpecContext, there playground) {
			o := there.play(ctx, s)
			DeferCleanup(func() {
				if CurrentSpecReport().Failed() {
					kit.AttachOutcome(s, o)
				}
			})
			Expect(o).To(kit.Pass())
			if references := there.references(ctx, s); len(references) > 0 {
				Expect(o).To(kit.MeasureLike(s, references, there.tolerance))
			}
		}}
		if !isReal(s) {
			entries = append(entries, Entry("in virtual time", inVirtualTime))
		}
		entries = append(entries, Entry("in real time", Label(labelNetns), inRealTime))
		DescribeTable(s.Name+" measures the same", entries...)

		if slices.Contains(core, s.Name) {
			It(s.Name+" meets its expectations in real time", realTimeLabels(s), func(ctx SpecContext) {
				Expect(playOnNamespaces(ctx, s)).To(kit.Pass())
			})
		}
	}
})
