package spec_test

import (
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
)

var _ = Describe("the library", func() {
	It("says what each incident is about", func() {
		for _, s := range library() {
			Expect(len(s.About)).To(BeNumerically(">", 80), "about of %s", s.Name)
			Expect(s.Tags).NotTo(BeEmpty(), "tags of %s", s.Name)
			Expect(s.Expect).NotTo(BeEmpty(), "expectations of %s", s.Name)
		}
	})

	for _, s := range library() {
		It("meets the expectations of "+s.Name+", and does the same again, here and abroad", Label(s.Tags...), func(ctx SpecContext) {
			first, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed})
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(func() {
				if CurrentSpecReport().Failed() {
					kit.AttachOutcome(s, first)
				}
			})
			for _, v := range first.Expectations {
				Expect(v.Passed).To(BeTrue(), "%s; got %s", v.Text, v.Got)
			}
			Expect(first.Violations).To(BeEmpty())

			second, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed})
			Expect(err).NotTo(HaveOccurred())
			Expect(second.Digest).To(Equal(first.Digest), "digest of the second run in this process")
			Expect(fromAbroad()[s.Name].Digest).To(Equal(first.Digest),
				"digest in another process, with another GOMAXPROCS and with capture")
		})
	}
})
