package spec_test

import (
	"path/filepath"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
)

// Small scenarios that once had a wrong figure or a wrong verdict. What they
// expect follows from timers, protocol and the definitions of the measures.
var _ = Describe("what was reported", func() {
	files, err := filepath.Glob("testdata/reported/*.yaml")
	if err != nil || len(files) == 0 {
		panic("there is no scenario in testdata/reported")
	}
	for _, file := range files {
		It("is right in "+filepath.Base(file), func(ctx SpecContext) {
			s, err := scenarios.Load(file)
			Expect(err).NotTo(HaveOccurred())
			Expect(s.Expect).NotTo(BeEmpty())
			o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed})
			Expect(err).NotTo(HaveOccurred())
			Expect(o).To(kit.Pass())
		})
	}
})
