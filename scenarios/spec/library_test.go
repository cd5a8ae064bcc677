package spec_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"sync"

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
		Describe(s.Name, Label(s.Tags...), func() {
			It("meets its expectations, and does the same again, with capture and without", func(ctx SpecContext) {
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

				second, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed, Capture: kit.NewTap()})
				Expect(err).NotTo(HaveOccurred())
				Expect(second.Digest).To(Equal(first.Digest), "digest of the second run, with capture")
			})

			It("does the same in another process with another GOMAXPROCS", func(ctx SpecContext) {
				o, err := s.Run(ctx, scenarios.RunOptions{Seed: s.Seed})
				Expect(err).NotTo(HaveOccurred())
				Expect(o.Digest).To(Equal(foreignDigests()[s.Name]))
			})
		})
	}
})

// foreignDigests runs the library once in a process of its own.
var foreignDigests = sync.OnceValue(func() map[string]string {
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), digestsWanted+"=1", "GOMAXPROCS=4")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	Expect(cmd.Run()).To(Succeed(), problems.String)
	digests := map[string]string{}
	Expect(json.Unmarshal(out.Bytes(), &digests)).To(Succeed())
	return digests
})
