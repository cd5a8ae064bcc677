package spec_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/incidents"
	"github.com/cablepull/cablepull/sim/testbed"
)

// The labels of specs that run in real time on network namespaces. They take
// minutes, so they run if a filter names them: all of them by make netns, and
// those of the core by make test.
const (
	labelNetns    = "netns"
	labelCore     = "core"
	withoutLabels = "!" + labelNetns
)

// core is what every change is held against in real time: one incident of each
// kind of fault, and one of each kind of real program.
var core = []string{
	"cable-pull", "crash", "graceful", "power-cycle", "freeze-thaw", "partition", "one-way-from-active",
	"garp-honoured", "raise-priority-preempt",
	"real-keepalived-v2-stop", "real-keepalived-v2-crash", "real-keepalived-v2-freeze",
	"real-mariadb-killed", "real-postgresql-frozen",
	"real-curl", "real-haproxy-crash", "real-nginx-crash", "real-linux-garp", "real-tcpdump",
}

// realTimeLabels are those of an incident's spec in real time.
func realTimeLabels(s *scenarios.Scenario) Labels {
	labels := append(Label(s.Tags...), labelNetns)
	if slices.Contains(core, s.Name) {
		labels = append(labels, labelCore)
	}
	return labels
}

func TestSpecs(t *testing.T) {
	RegisterFailHandler(Fail)
	suite, reporter := GinkgoConfiguration()
	if suite.LabelFilter == "" {
		suite.LabelFilter = withoutLabels
	}
	RunSpecs(t, "failover", suite, reporter)
}

// TestMain makes this program also what it starts of itself: the processes of a
// run on namespaces.
func TestMain(m *testing.M) {
	if !netns.Settle() {
		os.Exit(1) // the process that started this one says why
	}
	if len(os.Args) > 1 && slices.Contains(testbed.Parts, os.Args[1]) {
		args := slices.DeleteFunc(os.Args[2:], func(a string) bool { return a == "--" })
		if err := testbed.PartMain(os.Args[1], args, version, os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	if suite, _ := GinkgoConfiguration(); strings.HasPrefix(suite.LabelFilter, labelNetns) {
		// An ordinary user runs the whole suite as root of namespaces of his own. If he
		// cannot have them the specs say so.
		if status, done, err := netns.Reexec(os.Args[1:], os.Stdin, os.Stdout, os.Stderr); done && err == nil {
			os.Exit(status)
		}
	}
	os.Exit(m.Run())
}

// library returns the incidents that run in virtual time in a suite; slow ones
// run on request.
func library() []*scenarios.Scenario {
	return slices.DeleteFunc(allIncidents(), func(s *scenarios.Scenario) bool { return isReal(s) })
}

// allIncidents returns all that a suite runs, each variant, and those with real
// programs too.
func allIncidents() []*scenarios.Scenario {
	all, err := incidents.All()
	if err != nil {
		panic(err)
	}
	var each []*scenarios.Scenario
	for _, s := range all {
		variants, err := s.Expand()
		if err != nil {
			panic(err)
		}
		if !s.Slow {
			each = append(each, variants...)
		}
	}
	return each
}

// firstVariant reports whether s is the first variant of its incident, or has
// none. What takes long and is much the same for all variants is done for it.
func firstVariant(s *scenarios.Scenario) bool { return firstVariants()[s.Title()] }

var firstVariants = sync.OnceValue(func() map[string]bool {
	titles, names := map[string]bool{}, map[string]bool{}
	for _, s := range allIncidents() {
		if !names[s.Name] {
			titles[s.Title()] = true
		}
		names[s.Name] = true
	}
	return titles
})

// isReal reports whether real programs run in an incident, which virtual time
// has no place for.
func isReal(s *scenarios.Scenario) bool { return len(s.Programs()) > 0 }
