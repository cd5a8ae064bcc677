package spec_test

import (
	"slices"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
)

func TestSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "failover")
}

// library returns the incidents that run in virtual time in a suite; slow ones
// run on request.
func library() []*scenarios.Scenario {
	all, err := scenarios.Library()
	if err != nil {
		panic(err)
	}
	var chosen []*scenarios.Scenario
	for _, s := range all {
		if !s.Slow && !slices.Contains(s.Tags, "real") {
			chosen = append(chosen, s)
		}
	}
	return chosen
}
