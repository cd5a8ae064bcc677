package spec_test

import (
	"fmt"
	"math/rand/v2"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// storm is a load-balancer group all of whose members have died in silence.
type storm struct {
	mode     string // of the group
	tryEvery bool

	members int
	rate    int           // requests in a second
	limit   time.Duration // of an attempt
}

// draw chooses the numbers.
func (s storm) draw(r *rand.Rand) storm {
	s.members, s.rate = 1+r.IntN(5), 1+r.IntN(20)
	s.limit = time.Duration(250+r.IntN(2750)) * time.Millisecond
	return s
}

// gap is the time between two requests.
func (s storm) gap() time.Duration { return time.Second / time.Duration(s.rate) }

// open is how many requests are under way if each takes so long.
func (s storm) open(each time.Duration) float64 { return float64(s.rate) * each.Seconds() }

const stormAt = 5 * time.Second

// play plays it until requests that try all members have been at it for twice
// as long as one of them takes.
func (s storm) play() *kit.Cluster {
	GinkgoHelper()
	permanent := "" // who is away is silent, instead of not being found
	for i := range s.members {
		permanent += fmt.Sprintf("192.0.2.%d: s%d.lan, ", i+1, i+1)
	}
	n := grouped(s.members,
		fmt.Sprintf("mode: %s, try-every-server: %t, giveup-when-all-members-down: true, damp: 1h", s.mode, s.tryEvery),
		fmt.Sprintf(", user-agent-timeout: %v", s.limit), "arp-permanent: {"+permanent+"}")
	n.add("c1", fmt.Sprintf("client: {target: 'http://192.0.2.%d/', rate: %d/s, connections: 1000, timeout: 60s, start: 3s}", n.many, s.rate))
	c := kit.New(n.topology())
	for i := range s.members {
		c.At(stormAt, fmt.Sprintf("crash s%d", i+1))
	}
	c.Run(stormAt + time.Duration(s.members)*(s.gap()+2*s.limit) + 2*s.limit + time.Second)
	return c
}

// gathered is the most requests that were open, when the last member was out,
// and the longest that a request took which came after that.
func gathered(c *kit.Cluster, members int) (most int, out, longest time.Duration) {
	sent, open := map[uint64]time.Duration{}, 0
	for _, e := range c.Events() {
		switch b := e.What.(type) {
		case event.LBMemberChanged:
			if b.From == "up" {
				members--
				out = e.At
			}
		case event.RequestSent:
			sent[b.Request], open = e.At, open+1
			most = max(most, open)
		case event.RequestAnswered:
			open--
		case event.RequestFailed:
			open--
			if members == 0 && sent[b.Request] > out {
				longest = max(longest, e.At-sent[b.Request])
			}
		}
	}
	Expect(members).To(BeZero(), "members that are up in the end")
	return most, out, longest
}

// What a group without living members keeps open (spec/failover.md §6.5, F37).
// A group that gives up has λ·timeout requests under way until each member has
// failed once, and answers at once from then on. One that tries every server
// has λ·n·timeout, for ever: it gives up only when all have been tried, and
// those that memory cannot hold make it fall (lb-retry-storm).
var _ = DescribeTable("a load-balancer group whose members have died keeps requests open", Label("matrix", "F37", "lb-group"),
	func(s storm) {
		for seed := range uint64(12) {
			s := s.draw(rand.New(rand.NewPCG(seed, 0x73746f726d)))
			By(fmt.Sprintf("%+v", s))
			c := s.play()
			most, out, longest := gathered(c, s.members)
			// The members have their turns one after the other. An attempt that fails may
			// go to one that is up for a moment longer, and takes its turn.
			Expect(out-stormAt).To(And(BeNumerically(">=", s.limit), BeNumerically("<=", time.Duration(s.members)*s.gap()+2*s.limit+message)), "until all are out")
			if s.tryEvery {
				all := time.Duration(s.members) * s.limit
				Expect(float64(most)).To(And(BeNumerically(">=", s.open(all)-1), BeNumerically("<=", s.open(all)+1)), "the most open requests")
				Expect(longest).To(And(BeNumerically(">=", all), BeNumerically("<=", all+message)), "the longest request")
				continue
			}
			again := 0.0 // requests whose attempt fails while others are up: they wait twice
			if s.mode == "observed" {
				again = float64(s.members - 1)
			}
			Expect(float64(most)).To(And(BeNumerically(">=", s.open(s.limit)-1), BeNumerically("<=", s.open(s.limit)+1+again)), "the most open requests")
			Expect(longest).To(And(BeNumerically(">", 0), BeNumerically("<=", message)), "the longest request of those that come later")
		}
	},
	Entry("λ·timeout, as documented", storm{mode: "documented"}),
	Entry("λ·timeout, as observed", storm{mode: "observed"}),
	Entry("λ·n·timeout, as documented, with every server tried", storm{mode: "documented", tryEvery: true}),
	Entry("λ·n·timeout, as observed, with every server tried", storm{mode: "observed", tryEvery: true}),
)
