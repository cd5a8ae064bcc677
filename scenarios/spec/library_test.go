package spec_test

import (
	"context"
	"os"
	"runtime"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// Machines are busy in these, and so their pages have a figure of it.
var busy = []string{"almost-dead-active", "hellos-starve", "track-weight-preempt", "lb-almost-dead", "self-balance-busy"}

var _ = Describe("the library", func() {
	It("says what each incident is about", func() {
		for _, s := range allIncidents() {
			Expect(len(s.About)).To(BeNumerically(">", 80), "about of %s", s.Title())
			Expect(s.Tags).NotTo(BeEmpty(), "tags of %s", s.Title())
			Expect(s.Expect).NotTo(BeEmpty(), "expectations of %s", s.Title())
		}
	})

	for _, s := range library() {
		It("meets the expectations of "+s.Title()+", and does the same abroad", Label(s.Tags...), func(ctx SpecContext) {
			first := play(ctx, s)
			DeferCleanup(func() {
				if CurrentSpecReport().Failed() {
					kit.AttachOutcome(s, first.Outcome)
				}
			})
			Expect(first.Outcome).To(kit.Pass())
			expectVocabulary(first.Events)
			Expect(abroad.digestOf(ctx, s)).To(Equal(first.Digest),
				"digest in another process, with another GOMAXPROCS and with capture")
		})
	}

	It("passes as a whole when users run it", func(ctx SpecContext) {
		Expect(abroad.wait(ctx)).To(Succeed(), abroad.problems.String)
	})
	It("was watched abroad, where pages show what each class of work uses, and that changed no digest", func(ctx SpecContext) {
		Expect(abroad.wait(ctx)).To(Succeed(), abroad.problems.String)
		for _, s := range library() {
			drawn, err := os.ReadFile(abroad.fileOf(s, page.File))
			Expect(err).NotTo(HaveOccurred())
			if slices.Contains(busy, s.Name) {
				Expect(string(drawn)).To(ContainSubstring("each class of work uses"), "page of %s", s.Title())
			}
		}
	})
	describeCaptures()
})

// performance is an incident that was played here.
type performance struct {
	*scenarios.Outcome
	messages []kit.Heard // HSRP as it was meant
}

// played keeps the first run of each incident for other specs.
var played = map[string]performance{}

// play plays an incident with a capture of its HSRP messages, once.
func play(ctx context.Context, s *scenarios.Scenario) performance {
	GinkgoHelper()
	if p, known := played[s.Title()]; known {
		return p
	}
	defer useProcs(procsHere)()
	tap := kit.NewTap()
	o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed, Capture: tap, Keep: event.All()})
	Expect(err).NotTo(HaveOccurred())
	p := performance{o, tap.Messages}
	played[s.Title()] = p
	return p
}

// useProcs sets GOMAXPROCS and returns how to undo it.
func useProcs(n int) (undo func()) {
	before := runtime.GOMAXPROCS(n)
	return func() { runtime.GOMAXPROCS(before) }
}

// expectVocabulary checks that the texts of events are among the words that
// scenario files may ask for.
func expectVocabulary(events event.Record) {
	GinkgoHelper()
	known := map[[3]string]bool{}
	for e := range events.All() {
		kind := e.What.Kind()
		for _, name := range event.Worded(kind) {
			text, _ := event.Field(e.What, name)
			said := [3]string{kind, name, text}
			if known[said] {
				continue
			}
			known[said] = true
			can, words := event.CanHold(kind, name, text)
			Expect(can).To(BeTrue(), "%s of %s is %q, which is none of %v", name, kind, text, words)
		}
	}
}
