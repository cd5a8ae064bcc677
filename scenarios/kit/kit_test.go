package kit_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	. "github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/world"
)

func TestKit(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "kit")
}

// pair is two members, a client with a connection for each request, and one
// that keeps five open.
const pair = `
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
  c1: {nics: {lan: 192.0.2.201/24}, client: {target: "http://192.0.2.100/", rate: 20/s, start: 35s}}
  c2: {nics: {lan: 192.0.2.202/24}, client: {target: "http://192.0.2.100/", rate: 10/s, connections: 5, mode: long-lived, start: 35s}}
`

// after runs a pair to the end, with one fault at 40 s.
func after(line string, end time.Duration) *Cluster {
	GinkgoHelper()
	c := New(YAML(pair), Seed(7))
	c.At(40*time.Second, line)
	c.Run(end)
	return c
}

// expectNothing checks that a matcher refuses to judge, for To and NotTo.
func expectNothing(c *Cluster, m types.GomegaMatcher, why string) {
	GinkgoHelper()
	_, err := m.Match(c)
	Expect(err).To(MatchError(ContainSubstring(why)))
}

// expectNot checks that a matcher does not match, and says what it found.
func expectNot(c *Cluster, m types.GomegaMatcher, got string) {
	GinkgoHelper()
	ok, err := m.Match(c)
	Expect(err).NotTo(HaveOccurred())
	Expect(ok).To(BeFalse(), m.NegatedFailureMessage(c))
	Expect(m.FailureMessage(c)).To(ContainSubstring(got))
}

var _ = Describe("matchers", func() {
	const s = time.Second

	It("tell a takeover from one that was otherwise", func() {
		c := after("crash a", 60*s)
		Expect(c).To(HaveTakenOver(From("a"), To("b"), Between(6700*time.Millisecond, 10*s)))
		Expect(c).To(HaveTakenOver(To("b"), VIP("192.0.2.100"), Within(10*s)))
		const got = "\n  got at 4"
		expectNot(c, HaveTakenOver(From("b"), To("b")), "takeover from b to b: detection 0s..\n  got no such takeover")
		expectNot(c, HaveTakenOver(To("a")), "takeover to a: detection 0s..\n  got at 20s, no claim after a fault")
		expectNot(c, HaveTakenOver(To("b"), Within(6*s)), got)
		expectNot(c, HaveTakenOver(To("b"), Between(11*s, 12*s)), got)

		Expect(c).To(HaveOneActive())
		Expect(c).To(HaveActive("b"))
		Expect(c).To(HaveActive("b", VIP("192.0.2.100")))
		expectNot(c, HaveActive("a"), "a is the one Active member of each group at the end\n  got b for 192.0.2.100")
		Expect(c).To(Elect("a", "b"))
		expectNot(c, Elect("a"), "got a 20s, b 4")
		expectNot(c, Elect("b", "a"), "got a 20s, b 4")

		// c2's five connections, and perhaps one of c1, were a's.
		Expect(c).To(KeepConnections(AtLeast(0)))
		expectNot(c, KeepConnections(AtLeast(0.1)), "connections kept after the first fault: 10%..\n  got 0%: 0 kept, ")
		Expect(c).To(HaveOutage(Client("c1"), Between(6650*time.Millisecond, 10060*time.Millisecond)))
		expectNot(c, HaveOutage(Client("c1"), Within(6*s)), " from 4")
		expectNot(c, HaveOutage(Client("c1"), Between(11*s, 12*s)), " from 4")
		Expect(c).To(HoldInvariants())
	})

	It("tell that nothing happened", func() {
		c := after("set b standby.priority 120", 60*s)
		expectNot(c, HaveTakenOver(To("b")), "no such takeover")
		Expect(c).To(KeepConnections(AtLeast(1.0)))
		Expect(c).To(Elect("a"))
		Expect(c).To(HaveOutage(Client("c1"), Within(s)))
		expectNot(c, HaveOutage(Client("c1"), Between(s, 2*s)), "no outage")
	})

	It("tell a second takeover from a single one", func() {
		c := New(YAML(pair), Seed(7))
		c.At(40*s, "crash a")
		c.At(55*s, "boot a")
		c.At(80*s, "crash b")
		c.Run(100 * s)
		expectNot(c, HaveTakenOver(To("b")), "moves of the virtual IP: 1\n  got 2")
		Expect(c).To(Elect("a", "b", "a"))
	})

	It("tell of two Actives, of none, and of connections that had nothing to do", func() {
		c := after("partition a c1 c2 | b", 60*s)
		expectNot(c, HaveOneActive(), "each group has one Active member at the end\n  got a and b for 192.0.2.100")
		expectNot(c, HaveActive("a"), "got a and b for 192.0.2.100")
		Expect(c).To(HoldInvariants()) // they cannot hear each other

		c = New(YAML(pair), Seed(7))
		c.Run(10 * s)
		expectNot(c, HaveOneActive(), "got nobody for 192.0.2.100")
		expectNothing(c, KeepConnections(AtLeast(0)), "no fault was applied")
		heal := c.Inject("pull b.lan")
		heal()
		expectNothing(c, KeepConnections(AtLeast(0)), "no connection was established")
	})

	It("judge nothing by nothing", func() {
		c := New(YAML(pair), Seed(7))
		for _, m := range []types.GomegaMatcher{
			HaveTakenOver(To("b")), HaveOneActive(), HaveActive("a"), Elect(), KeepConnections(AtLeast(0)), HaveOutage(Within(s)), HoldInvariants(),
			Meet(expect.Moves{Count: form.Exactly(0)}),
		} {
			expectNothing(c, m, "the run has not begun")
		}
		c.At(40*s, "crash a")
		c.Run(30 * s)
		for _, m := range []types.GomegaMatcher{HaveTakenOver(To("b")), HaveOneActive(), Elect("a"), HaveOutage(Within(s)), HoldInvariants()} {
			expectNothing(c, m, "crash a is at 40s, and the cluster has run until 30s only")
		}
		c.Run(60 * s)
		Expect(c).To(HaveTakenOver(To("b")))

		c = New(YAML(pair), Seed(7))
		c.Run(30 * s)
		expectNothing(c, HaveOutage(Within(s)), "c1 sent no request")
		expectNothing(c, HaveOutage(Client("c2"), Within(s)), "c2 sent no request")
		Expect(c).To(HaveActive("a"))
	})

	It("come after faults that were possible", func() {
		c := New(YAML(pair), Seed(7))
		c.At(40*s, "crash a")
		c.At(50*s, "freeze a")
		err := c.World().Run(60 * s)
		var failed *world.FaultError
		Expect(err).To(MatchError(fault.ErrDown))
		Expect(errors.As(err, &failed)).To(BeTrue())
		Expect(failed.Error()).To(Equal("freeze a at 50s: a: the machine is not up"))
		Expect(InterceptGomegaFailure(func() { c.At(10*s, "boot a") })).To(MatchError(ContainSubstring("the instant has passed")))
		Expect(InterceptGomegaFailure(func() { c.At(70*s, "crash z") })).To(MatchError(ContainSubstring(`there is no node "z"`)))
	})

	It("ask every client if none is named", func() {
		c := after("partition c2 | a b c1", 60*s)
		Expect(c).To(HaveOutage(Client("c1"), Within(s)))
		expectNot(c, HaveOutage(Within(s)), "outage of every client: ..1s\n  got c2 ")
		expectNot(c, HaveOutage(Between(s, 60*s)), "got c1 no outage")
	})

	It("are the expectations of scenario files", func() {
		c := after("crash a", 60*s)
		Expect(c).To(Meet(expect.Becomes{Member: expect.Member{Node: "b"}, State: "Active", Between: form.Between(6700*time.Millisecond, 10*s)}, expect.NothingElse{Wanted: true}))
		expectNot(c, Meet(expect.Moves{Count: form.Exactly(1)}, expect.Moves{Count: form.Exactly(2)}), "Expected of the cluster:\n  moves of the virtual IP: 2\n  got 1")
		Expect(c).To(KeepConnections(AtLeast(0), After("crash a")))
	})

	It("refuse to ask for what there is not", func() {
		c := after("crash a", 60*s)
		for want, m := range map[string]types.GomegaMatcher{
			"to is missing":                    HaveTakenOver(From("a")),
			`there is no node "z"`:             HaveActive("z"),
			"vip: got 192.0.2.101":             HaveActive("b", VIP("192.0.2.101")),
			`there is no client "b"`:           HaveOutage(Client("b")),
			"node c1 can have no virtual IP":   HaveTakenOver(To("c1")),
			"node c2 can have no virtual IP":   HaveTakenOver(From("c2"), To("a")),
			"node c1 has no standby control":   Elect("c1"),
			"group: got 31, want 30":           Meet(expect.Active{Member: expect.Member{Node: "a", Group: 31}}),
			`"crash b" is not in the timeline`: KeepConnections(AtLeast(0), After("crash b")),
			`nodes.1: there is no node "z"`:    Elect("a", "z"),
		} {
			_, err := m.Match(c)
			Expect(err).To(MatchError(ContainSubstring(want)))
		}
		Expect(func() { VIP("192.0.2.1000") }).To(Panic())
	})

	It("are about clusters only", func() {
		_, err := HaveOneActive().Match("a string")
		Expect(err).To(MatchError(ContainSubstring("want a *kit.Cluster, got string")))
	})
})

// fails makes the suite in a process of its own have a spec that fails.
const fails = "CABLEPULL_KIT_FAILS"

var _ = Describe("a spec that fails", func() {
	It("fails", func() {
		if os.Getenv(fails) == "" {
			Skip("this one is for the process that TestEvidence starts")
		}
		Expect(after("crash a", 60*time.Second)).To(HaveTakenOver(From("b"), To("b")))
	})
})

// TestEvidence: a spec that fails leaves its plan, its seed and the timeline in
// the report, so that nobody has to run it again to see what happened.
func TestEvidence(t *testing.T) {
	cmd := exec.Command(os.Args[0], "-test.run", "^TestKit$", "-ginkgo.focus", "a spec that fails", "-ginkgo.no-color")
	cmd.Env = append(os.Environ(), fails+"=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatalf("a failing spec passed:\n%s", out)
	}
	for _, want := range []string{
		"Expected of the cluster:", "takeover from b to b: detection 0s..", "got no such takeover",
		"plan", "seed 7, digest ", "40s: crash a",
		"timeline", "=  crash a  =", "Standby -> Active: active timer expired", "Takeovers",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%q is missing in:\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "for no reason") {
		t.Errorf("the timeline does not say why it failed:\n%s", out)
	}
}
