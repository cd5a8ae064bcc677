package spec_test

import (
	"slices"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// One incident of each kind of traffic.
var estimated = []string{
	"cable-pull", "crash", "mutual-backup", "closed-loop", "self-balance-crash", "balancer-all-to-one", "tls-one-box", "dns-gslb-failover", "lb-almost-dead",
}

// The frames that a run sends are counted, and the same on any machine, so this
// holds everywhere or nowhere; time follows from them.
var _ = It("is estimated within a factor of three how many frames a run sends", func(ctx SpecContext) {
	const factor = 3
	var seen []string
	for _, s := range library() {
		if !slices.Contains(estimated, s.Name) || !firstVariant(s) {
			continue
		}
		seen = append(seen, s.Name)
		sent := float64(play(ctx, s).Frames)
		Expect(trial.EstimateOf(s).Frames).To(And(BeNumerically(">", sent/factor), BeNumerically("<", sent*factor)), s.Title())
	}
	Expect(seen).To(ConsistOf(estimated))
})
