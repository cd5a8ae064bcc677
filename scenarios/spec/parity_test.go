package spec_test

import (
	"context"
	"iter"
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

// playAgain plays an incident in virtual time, without a capture. That those of
// the core measure the same again is enough: the library holds the digest of
// every incident against that of another process.
func playAgain(ctx SpecContext, s *scenarios.Scenario) *scenarios.Outcome {
	GinkgoHelper()
	defer useProcs(procsHere)()
	o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed, Keep: event.All()})
	Expect(err).NotTo(HaveOccurred())
	return o
}

// adrift are incidents in which two rhythms meet that nothing ties together. A
// millisecond decides which comes first, and that decides all that is measured
// later: as different as with another seed, and so they are held against many.
var adrift = []string{"group-collision-mac", "self-balance-loss"}

const seedsAdrift = 24

// references are runs of an incident in virtual time, as many as were needed so
// far: to play all of them for each incident takes minutes.
type references struct {
	mu       sync.Mutex
	outcomes []*scenarios.Outcome
	next     func() (*scenarios.Scenario, uint64, bool)
}

// theReferences are those of each incident, by its title.
var theReferences sync.Map

// waysToPlay yields what an incident is held against, each with its seed: the
// incident as it is, and all ways in which real time may differ.
func waysToPlay(s *scenarios.Scenario) iter.Seq2[*scenarios.Scenario, uint64] {
	return func(yield func(*scenarios.Scenario, uint64) bool) {
		for variant := range kit.Around(s, s.RealTime()) {
			if !yield(variant, s.Seed) {
				return
			}
		}
		for seed := uint64(1); slices.Contains(adrift, s.Name) && seed <= seedsAdrift; seed++ {
			if !yield(s, seed) {
				return
			}
		}
	}
}

// more plays one more reference, unless there are no more.
func (r *references) more() bool {
	variant, seed, has := r.next()
	if !has {
		return false
	}
	o, err := variant.Run(context.Background(), scenarios.RunOptions{Seed: seed, Keep: event.SetOf(event.StandbyChanged{})})
	if err != nil {
		panic(err) // which the library's own specs report better
	}
	r.outcomes = append(r.outcomes, o)
	return true
}

// referencesFor are what an outcome in real time is held against: as few ways
// to play the incident as it takes to be like them, or all.
func referencesFor(s *scenarios.Scenario, o *scenarios.Outcome) []*scenarios.Outcome {
	if isReal(s) {
		return nil
	}
	known, has := theReferences.Load(s.Title())
	if !has {
		next, _ := iter.Pull2(waysToPlay(s)) // all are pulled, or the process ends
		known, _ = theReferences.LoadOrStore(s.Title(), &references{next: next})
	}
	r := known.(*references)
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if like, _ := kit.MeasureLike(s, r.outcomes, s.RealTime()).Match(o); len(r.outcomes) > 0 && like || !r.more() {
			return slices.Clone(r.outcomes)
		}
	}
}

// everywhere is how the names of these specs begin, and entryOf how they go on.
const everywhere = "wherever it is played"

func entryOf(s *scenarios.Scenario) string { return s.Title() + " measures the same" }

// One body for both worlds: what is expected of an incident holds, and what is
// measured is what virtual time measures, as far as real time can be like it.
var _ = Describe(everywhere, func() {
	for _, s := range allIncidents() {
		entries := []any{Label(s.Tags...), func(ctx SpecContext, there playground) {
			o := there.play(ctx, s)
			DeferCleanup(func() {
				if CurrentSpecReport().Failed() {
					kit.AttachOutcome(s, o)
				}
			})
			Expect(o).To(kit.Pass())
			Expect(unlikeTwin(s, o)).To(BeEmpty())
			if references := there.references(ctx, s, o); len(references) > 0 {
				Expect(o).To(kit.MeasureLike(s, references, there.tolerance(s)))
			}
		}}
		if !isReal(s) && firstVariant(s) && slices.Contains(core, s.Name) {
			entries = append(entries, Entry("in virtual time", inVirtualTime))
		}
		entries = append(entries, Entry("in real time", realTimeLabels(s), inRealTime))
		DescribeTable(entryOf(s), entries...)
	}
})
