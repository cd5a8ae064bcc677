package kit_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	. "github.com/cablepull/cablepull/scenarios/kit"
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
		Expect(c).To(HaveTakenOver())
		Expect(c).To(HaveTakenOver(From("a"), To("b"), Between(6700*time.Millisecond, 10*s)))
		Expect(c).To(HaveTakenOver(To("b"), VIP("192.0.2.100"), Within(10*s)))
		const got = `192.0.2.100 from "a" to "b" at`
		expectNot(c, HaveTakenOver(From("b")), got)
		expectNot(c, HaveTakenOver(To("a")), got)
		expectNot(c, HaveTakenOver(Within(6*s)), got)
		expectNot(c, HaveTakenOver(Between(11*s, 12*s)), got)
		expectNot(c, HaveTakenOver(VIP("192.0.2.101")), "no takeover after a fault")

		Expect(c).To(HaveOneActive())
		Expect(c).To(HaveActive("b"))
		Expect(c).To(HaveActive("b", VIP("192.0.2.100")))
		expectNot(c, HaveActive("a"), "Active: [b]")
		expectNot(c, HaveActive("b", VIP("192.0.2.101")), "no such group")
		Expect(c).To(Elect("a", "b"))
		expectNot(c, Elect("a"), "a at 20s, b at 4")
		expectNot(c, Elect("b", "a"), "a at 20s, b at 4")

		// c2's five connections, and perhaps one of c1, were a's.
		Expect(c).To(KeepConnections(AtLeast(0)))
		expectNot(c, KeepConnections(AtLeast(0.1)), `at "crash a"`)
		Expect(c).To(HaveOutage(Client("c1"), Between(6650*time.Millisecond, 10060*time.Millisecond)))
		expectNot(c, HaveOutage(Client("c1"), Within(6*s)), "as seen by c1")
		expectNot(c, HaveOutage(Client("c1"), Between(11*s, 12*s)), "as seen by c1")
		Expect(c).To(HoldInvariants())
	})

	It("tell that nothing happened", func() {
		c := after("set b standby.priority 120", 60*s)
		expectNot(c, HaveTakenOver(), "no takeover after a fault")
		Expect(c).To(KeepConnections(AtLeast(1.0)))
		Expect(c).To(Elect("a"))
		Expect(c).To(HaveOutage(Client("c1"), Within(s)))
		expectNot(c, HaveOutage(Client("c1"), Between(s, 2*s)), "")
	})

	It("tell a second takeover from a single one", func() {
		c := New(YAML(pair), Seed(7))
		c.At(40*s, "crash a")
		c.At(55*s, "boot a")
		c.At(80*s, "crash b")
		c.Run(100 * s)
		expectNot(c, HaveTakenOver(), `from "b" to "a"`)
		Expect(c).To(Elect("a", "b", "a"))
	})

	It("tell of two Actives, of none, and of connections that had nothing to do", func() {
		c := after("partition a c1 c2 | b", 60*s)
		expectNot(c, HaveOneActive(), "192.0.2.100: [a b]")
		expectNot(c, HaveActive("a"), "Active: [a b]")
		Expect(c).To(HoldInvariants()) // they cannot hear each other

		c = New(YAML(pair), Seed(7))
		c.Run(10 * s)
		expectNot(c, HaveOneActive(), "192.0.2.100: []")
		expectNot(c, KeepConnections(AtLeast(0)), "no fault")
		heal := c.Inject("pull b.lan")
		heal()
		expectNot(c, KeepConnections(AtLeast(0)), "0 kept, 0 lost, 0 idle of 0")
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
		Expect(after("crash a", 60*time.Second)).To(HaveTakenOver(From("b")))
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
		`Expected the cluster to have taken over from b`, `got 192.0.2.100 from "a" to "b"`,
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
