// Package kit is for specs about failover: clusters that live in virtual time,
// a timetable of faults, matchers that speak of virtual IPs, members and
// connections, and evidence that is attached when a spec fails.
//
//	c := kit.New(kit.YAML(`…nodes…`), kit.Seed(7))
//	c.At(40*time.Second, "pull a.lan")
//	c.Run(90 * time.Second)
//	Expect(c).To(HaveTakenOver(From("a"), To("b"), Between(7*time.Second, 10*time.Second)))
//	Expect(c).To(HaveOneActive())
//
// It is one of the two places for Ginkgo and Gomega; the other is the specs
// themselves. Start reading at cluster.go, then matchers.go.
package kit

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

// Cluster is a world under test. Its methods fail the spec if they fail. It is
// closed when the spec ends.
type Cluster struct {
	world *world.World
	seed  uint64
	steps []scenarios.Step // what was injected
}

// Option changes how a cluster is made.
type Option func(*world.Options)

// Seed sets the seed of all randomness; without it, it is 1.
func Seed(seed uint64) Option { return func(o *world.Options) { o.Seed = seed } }

// New builds a cluster for a spec of Ginkgo. If the spec fails, its plan and
// timeline are attached to the report.
func New(t topology.Topology, options ...Option) *Cluster {
	ginkgo.GinkgoHelper()
	c, err := Build(t, options...)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	ginkgo.DeferCleanup(func() {
		if ginkgo.CurrentSpecReport().Failed() {
			c.attach()
		}
		c.Close()
	})
	return c
}

// Build builds a cluster for a test without Ginkgo, which closes it. The other
// functions report what fails to Gomega, so gomega.RegisterTestingT comes
// first. The error is about the topology.
func Build(t topology.Topology, options ...Option) (*Cluster, error) {
	o := world.Options{Seed: 1}
	for _, change := range options {
		change(&o)
	}
	w, err := world.Build(t, o)
	if err != nil {
		return nil, fmt.Errorf("kit: %w", err)
	}
	return &Cluster{world: w, seed: o.Seed}, nil
}

// Close ends a cluster of Build.
func (c *Cluster) Close() { c.world.Close() }

// GomegaString says in a message of Gomega's own which cluster it is.
func (c *Cluster) GomegaString() string {
	return "the cluster of " + strings.Join(topology.Names(c.world.Topology().Nodes), ", ") + " " + c.history()
}

// history says how to come to the present state of the cluster again.
func (c *Cluster) history() string {
	text, before := fmt.Sprintf("at %v with seed %d", c.world.Now(), c.seed), " after "
	for _, step := range c.steps {
		text += fmt.Sprintf("%s%v at %v", before, step.Faults[0], step.At)
		before = ", "
	}
	return text
}

// YAML reads segments and nodes as a scenario file has them.
func YAML(source string) topology.Topology {
	ginkgo.GinkgoHelper()
	s, err := scenarios.Parse("spec.yaml", []byte("name: spec\nabout: a cluster of a spec\nduration: 1h\n"+source))
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	return s.Topology
}

// At puts faults on the timetable, each a line such as `pull a.lan`. Matchers
// want all of them played, so a spec in stages adds them stage by stage.
func (c *Cluster) At(at time.Duration, lines ...string) {
	ginkgo.GinkgoHelper()
	gomega.Expect(at).To(gomega.BeNumerically(">=", c.world.Now()), "the instant has passed: %v", lines)
	for _, line := range lines {
		f, err := fault.Parse(line)
		gomega.Expect(err).NotTo(gomega.HaveOccurred())
		gomega.Expect(c.world.At(at, f)).To(gomega.Succeed())
		c.steps = append(c.steps, scenarios.Step{At: at, Faults: []fault.Fault{f}})
	}
}

// pending returns an error if a fault of the timetable lies ahead.
func (c *Cluster) pending() error {
	for _, step := range c.steps {
		if step.At > c.world.Now() {
			return fmt.Errorf("kit: %s is at %v, and the cluster has run until %v only", step.Faults[0], step.At, c.world.Now())
		}
	}
	return nil
}

// Inject gives a fault effect now, and returns how to undo it.
func (c *Cluster) Inject(line string) (heal func()) {
	ginkgo.GinkgoHelper()
	f, err := fault.Parse(line)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	heal, err = c.world.Inject(f)
	gomega.Expect(err).NotTo(gomega.HaveOccurred())
	c.steps = append(c.steps, scenarios.Step{At: c.world.Now(), Faults: []fault.Fault{f}})
	return heal
}

// Run lets the cluster go on until the instant until.
func (c *Cluster) Run(until time.Duration) {
	ginkgo.GinkgoHelper()
	gomega.Expect(c.world.Run(until)).To(gomega.Succeed())
}

// World returns the world itself.
func (c *Cluster) World() *world.World { return c.world }

// Events returns what has happened so far.
func (c *Cluster) Events() []event.Event { return c.world.Events() }

// Measures returns what was measured so far.
func (c *Cluster) Measures() oracle.Measures {
	m, _ := c.world.Measure()
	return m
}

// Violations returns the invariants that did not hold so far.
func (c *Cluster) Violations() []oracle.Violation {
	_, v := c.world.Measure()
	return v
}

// scenario is what has been done to the cluster so far.
func (c *Cluster) scenario() *scenarios.Scenario {
	return &scenarios.Scenario{Topology: c.world.Topology(), Duration: c.world.Now(), Timeline: c.steps}
}

// Plan returns what expectations may know about the cluster beforehand.
func (c *Cluster) Plan() expect.Plan { return c.scenario().Plan() }

// Evidence returns what expectations are checked against.
func (c *Cluster) Evidence() expect.Evidence {
	m, v := c.world.Measure()
	return expect.Evidence{Events: c.world.Record(), Measures: m, Violations: v, Duration: c.world.Now(), Clients: c.scenario().Clients()}
}

// Digest returns the digest over all frames and events so far.
func (c *Cluster) Digest() string { return c.world.Digest() }

// attach adds seed, plan and timeline to the report of the spec.
func (c *Cluster) attach() {
	c.world.Finish()
	plan := fmt.Sprintf("seed %d, digest %s\n", c.seed, c.Digest())
	for _, step := range c.steps {
		plan += fmt.Sprintf("%v: %v\n", step.At, step.Faults[0])
	}
	ginkgo.AddReportEntry("plan", plan)
	m, v := c.world.Measure()
	spec := ginkgo.CurrentSpecReport()
	ginkgo.AddReportEntry("timeline", timeline(&reports.Result{
		Scenario: "spec", Seed: c.seed, World: "virtual", Digest: c.Digest(), Measures: m, Violations: v,
		Simulated: c.world.Now(), Frames: c.world.Frames(), Events: c.Events(), Passed: !spec.Failed(),
		Expectations: []reports.Expectation{{Text: spec.FullText(), Passed: !spec.Failed(), Got: "what its message says"}},
	}))
}

// timeline prints a run as the command does.
func timeline(r *reports.Result) string {
	var b bytes.Buffer
	if err := text.WriteRun(&b, r, text.Options{}); err != nil {
		return "no timeline: " + err.Error()
	}
	return b.String()
}

// AttachOutcome adds the timeline of a scenario's run to the report of the
// spec.
func AttachOutcome(s *scenarios.Scenario, o *scenarios.Outcome) {
	world, replay := "virtual", []string{"cablepull", "run", s.Name, "--seed", strconv.FormatUint(o.Seed, 10)}
	if o.Digest == "" {
		world, replay = "netns", append(replay, "--world", "netns")
	}
	if s.Variant != "" {
		replay = append(replay, "--variant", s.Variant)
	}
	for _, x := range s.Settings {
		replay = append(replay, "--set", x.String())
	}
	if s.Phase != 0 {
		replay = append(replay, "--phase", s.Phase.String())
	}
	r := &reports.Result{
		Scenario: s.Name, Variant: s.Variant, About: s.About, Seed: o.Seed, World: world, Digest: o.Digest, Passed: o.Passed(), Noise: o.Noise,
		Measures: o.Measures, Violations: o.Violations, Simulated: o.Simulated, Frames: o.Frames, Events: slices.Collect(o.Events.All()),
		Replay: reports.Command(replay...),
	}
	for _, v := range o.Expectations {
		r.Expectations = append(r.Expectations, reports.Expectation{Text: v.Text, Passed: v.Passed, Got: v.Got})
	}
	ginkgo.AddReportEntry("timeline", timeline(r))
}
