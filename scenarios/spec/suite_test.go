package spec_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
)

func TestSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "failover")
}

// digestsWanted makes the test binary print the digest of every incident and
// exit: it is the second process of the determinism specs.
const digestsWanted = "CABLEPULL_PRINT_DIGESTS"

func TestMain(m *testing.M) {
	if os.Getenv(digestsWanted) == "" {
		os.Exit(m.Run())
	}
	digests := map[string]string{}
	for _, s := range library() {
		o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: s.Seed})
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		digests[s.Name] = o.Digest
	}
	if err := json.NewEncoder(os.Stdout).Encode(digests); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// library returns the incidents that run in a suite; slow ones run on request.
func library() []*scenarios.Scenario {
	all, err := scenarios.Library()
	if err != nil {
		panic(err)
	}
	var chosen []*scenarios.Scenario
	for _, s := range all {
		if !s.Slow {
			chosen = append(chosen, s)
		}
	}
	return chosen
}
