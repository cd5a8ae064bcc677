package kit_test

import (
	"strings"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	. "github.com/cablepull/cablepull/scenarios/kit"
)

var _ = Describe("matchers of requests, answers, events and split brain", func() {
	const s = time.Second

	It("tell what became of requests", func() {
		c := after("crash a", 60*s) // c1 asks 500 times from 35 s on, and waits for 6.7 s to 10 s
		Expect(c).To(AnswerRequests(AtLeast(Percent(50)), Client("c1")))
		expectNot(c, AnswerRequests(AtLeast(1), Client("c1")), "requests of c1: ok 100%..\n  got ")
		expectNot(c, AnswerRequests(AtMost(0.1)), "requests of all clients: ok ..10%\n  got ")
		Expect(c).To(FailOnlyBy([]string{"timeout"}))
		expectNot(c, FailOnlyBy(nil, Client("c1")), "requests of c1: no failure\n  got ")
		Expect(c).To(HaveLatency(Client("c1"), Within(15*s)))
		expectNot(c, HaveLatency(Client("c1"), Within(s)), "longest latency ..1s")

		Expect(c).To(BeAnsweredBy(map[string]Share{"a": AtLeast(0.1), "b": ShareBetween(0.5, 0.9)}, Client("c1")))
		Expect(c).To(BeAnsweredBy(map[string]Share{"b": AtLeast(1)}, After("crash a")))
		expectNot(c, BeAnsweredBy(map[string]Share{"a": AtLeast(1)}), "answers to all clients: a 100%.., nobody else\n  got a ")
	})

	It("tell what happened", func() {
		c := after("crash a", 60*s)
		Expect(c).To(HaveHappened("vip-claimed", Node("b"), After("crash a"), Times(1)))
		Expect(c).To(HaveHappened("vip-claimed", Where("vip", "192.0.2.100"), Times(2, 3)))
		expectNot(c, HaveHappened("vip-claimed", Node("b"), Times(2)), "vip-claimed of b: 2\n  got 1, at 4")
		Expect(c).NotTo(HaveHappened("vip-lost", Node("b")))
		Expect(c).NotTo(HaveSplitBrain())
		expectNot(c, HaveSplitBrain(), "got 0s in all")

		c = after("partition a c1 | b c2", 60*s)
		Expect(c).To(HaveSplitBrain(VIP("192.0.2.100"), Between(10*s, 14*s)))
		expectNot(c, Not(HaveSplitBrain()), "more than one Active")
	})

	It("combine, and say in words what they are about", func() {
		c := after("crash a", 60*s)
		all := []*Cluster{c}
		Expect(all).To(ContainElement(And(HaveActive("b"), Not(HaveActive("a")))))
		Expect(c).To(Or(HaveActive("a"), HaveActive("b")))
		for _, m := range []types.GomegaMatcher{ContainElement(HaveActive("a")), Not(ContainElement(HaveActive("b")))} {
			ok, err := m.Match(all)
			Expect(err).NotTo(HaveOccurred())
			Expect(ok).To(BeFalse())
			Expect(m.FailureMessage(all)).To(ContainSubstring("the cluster of a, b, c1, c2 at 1m0s with seed 7 after crash a at 40s"))
			Expect(len(m.FailureMessage(all))).To(BeNumerically("<", 1000), "it dumps a struct")
		}
		m := And(HaveOneActive(), HaveActive("a"))
		Expect(m.Match(c)).To(BeFalse())
		Expect(m.FailureMessage(c)).To(Equal("Expected of the cluster:\n  a is the one Active member of each group at the end\n  got b for 192.0.2.100\n" +
			"This is the cluster at 1m0s with seed 7 after crash a at 40s.\nThe same seed and faults give the same again."))
	})

	It("refuse shares that are no shares, and terms that mean nothing", func() {
		c := after("crash a", 60*s)
		for want, m := range map[string]types.GomegaMatcher{
			"share: got 9500%.., want 0% to 100%; a share in Go is 0 to 1, such as 0.95": KeepConnections(AtLeast(95)),
			"nodes.a: got 9500%..":                                 BeAnsweredBy(map[string]Share{"a": AtLeast(95)}),
			"share: got -10%.., want no negative end":              AnswerRequests(AtLeast(-0.1)),
			"share: got 60%..40%, want the lower end first":        AnswerRequests(ShareBetween(0.6, 0.4)),
			"between: got 2s..1s, want the lower end first":        HaveOutage(Between(2*s, s)),
			"HaveOutage takes Client, Between or Within, not From": HaveOutage(Client("c1"), From("a")),
			"HaveActive takes VIP, not Client":                     HaveActive("a", Client("c1")),
			`there is no event "vip-clamed", want one of`:          HaveHappened("vip-clamed"),
			"want at least one figure":                             HaveLatency(Client("c1")),
			"got ..9500%":                                          Meet(expect.Spread{Connections: form.AtMost[form.Share](95)}),
		} {
			_, err := m.Match(c)
			Expect(err).To(MatchError(ContainSubstring(want)))
			Expect(strings.Count(err.Error(), "\n")).To(BeZero())
		}
		Expect(AtLeast(Percent(95))).To(Equal(AtLeast(0.95)))
	})
})
