package spec_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
)

// A reboot of the active member that is over sooner than the hold time is
// noticed by nobody, and costs more than staying away (spec/failover.md F8 and
// §1.7): the rebooted member has forgotten that it was Active, outranks the
// standby, and pushes it back before that one's hold time is over.
const pair = `
segments: {lan: {}}
nodes:
  a:
    gateway: {}
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}
  b:
    gateway: {}
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}
  c1: # a connection for each request
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.100/", rate: 5/s, start: 35s}
  c2: # ten connections that stay open, each used once in 20 s
    nics: {lan: 192.0.2.202/24}
    client: {target: "http://192.0.2.100/", rate: 0.5/s, connections: 10, mode: long-lived, start: 35s}
`

const (
	rebootAt  = 40 * time.Second
	rebootEnd = 100 * time.Second // each of the ten connections has been used by then
)

// sweep is what came out of one outage with one seed.
type sweep struct {
	switched bool          // b was Active
	down     time.Duration // nobody was
	failed   int           // requests of c1
}

// whether b takes over in an outage.
type whether string

const (
	never  whether = "never"  // b has heard a speak before its hold time can be over
	always whether = "always" // b's hold time is over before a can speak
	either whether = "either" // it depends on the phase of the hellos
)

var _ = DescribeTable("the active member reboots", Label("F8"), func(outage time.Duration, takeover whether) {
	var rows []sweep
	for seed := uint64(1); seed <= 10; seed++ {
		By(fmt.Sprintf("seed %d", seed))
		c := kit.New(kit.YAML(pair), kit.Seed(seed))
		c.At(rebootAt, "reboot a down "+outage.String())
		c.Run(rebootEnd)
		rows = append(rows, judgeReboot(c, outage))
	}
	switches := len(slices.DeleteFunc(slices.Clone(rows), func(s sweep) bool { return !s.switched }))
	AddReportEntry("outage "+outage.String(), describeSweep(rows, switches))
	if takeover == never {
		Expect(switches).To(BeZero(), "runs in which b took over")
	}
	if takeover == always {
		Expect(switches).To(Equal(len(rows)), "runs in which b took over")
	}
},
	// a says its first hello 3 s after it is back, or up to 3.3 s later if it has
	// not heard b by then: at 6.3 s and the outage at the latest. b waits 6.7 s to
	// 10 s from the crash on.
	Entry("for 0.2 s", 200*time.Millisecond, never),
	Entry("for 0.5 s", 500*time.Millisecond, either),
	Entry("for 1 s", time.Second, either),
	Entry("for 2 s", 2*time.Second, either),
	Entry("for 3 s", 3*time.Second, either),
	Entry("for 5 s", 5*time.Second, either),
	Entry("for 7 s", 7*time.Second, always),
	Entry("for 9 s", 9*time.Second, always),
	Entry("for 12 s", 12*time.Second, always),
	Entry("for 20 s", 20*time.Second, always),
	Entry("for 30 s", 30*time.Second, always),
)

// judgeReboot checks what must be true whatever the phase of the hellos, and
// returns what depends on it.
func judgeReboot(c *kit.Cluster, outage time.Duration) sweep {
	GinkgoHelper()
	group := c.Measures().Groups[0]
	s := sweep{switched: len(entered(c, "b", "Active")) > 0, down: group.NoActive}
	want := span{outage + hold, outage + hold + helloMax} // a speaks when it hears b, and waits a hold time then
	if s.switched {
		want = span{hold - helloMax, hold} // since the last hello of a
		Expect(c).To(kit.Elect("a", "b"))
		Expect(c).To(kit.HaveActive("b")) // without preempt it stays there
		Expect(group.Moves).To(Equal(1))
	} else {
		Expect(c).To(kit.Elect("a", "a"))
		Expect(c).To(kit.HaveActive("a"))
		Expect(group.Moves).To(BeZero())
	}
	Expect(want.contains(s.down)).To(BeTrue(), "nobody is Active for %v, want %v to %v", s.down, want.from, want.to)
	Expect(group.DualActive).To(BeNumerically("<=", message), "both Active")
	Expect(c).To(kit.HoldInvariants())
	// c1 asks every 200 ms.
	Expect(c).To(kit.HaveOutage(kit.Client("c1"), kit.Between(s.down-200*time.Millisecond, s.down+200*time.Millisecond+message)))
	for _, r := range c.Measures().Requests {
		if r.Client == "c1" {
			s.failed = r.Failed
		}
	}
	expectSilentLoss(c)
	return s
}

// expectSilentLoss checks that all connections were lost and no client was
// told: each was believed in until it was used.
func expectSilentLoss(c *kit.Cluster) {
	GinkgoHelper()
	hit := c.Measures().Connections[0]
	Expect(hit.Kept).To(BeZero(), "connections kept")
	Expect(hit.Idle).To(BeZero(), "connections never used again")
	open, used, ended := map[uint64]bool{}, map[uint64]bool{}, 0
	for _, e := range c.Events() {
		if e.Node != "c2" {
			continue
		}
		switch b := e.What.(type) {
		case event.ConnEstablished:
			open[b.Conn] = e.At < rebootAt
		case event.RequestSent:
			used[b.Conn] = e.At >= rebootAt
		case event.ConnClosed:
			if !open[b.Conn] {
				continue
			}
			ended++
			Expect(used[b.Conn]).To(BeTrue(), "connection %d ended by %s at %v, before it was used", b.Conn, b.How, e.At)
			Expect(b.How).To(BeElementOf("reset", "timeout"), "end of connection %d", b.Conn)
		}
	}
	Expect(ended).To(Equal(10), "connections that were open at the crash and ended")
}

func describeSweep(rows []sweep, switches int) string {
	slices.SortFunc(rows, func(a, b sweep) int { return int(a.down - b.down) })
	failed := 0
	for _, r := range rows {
		failed += r.failed
	}
	return fmt.Sprintf("takeover in %d of %d runs; nobody Active for %v / %v / %v (min, median, max); %d requests failed per run",
		switches, len(rows), rows[0].down, rows[len(rows)/2].down, rows[len(rows)-1].down, failed/len(rows))
}
