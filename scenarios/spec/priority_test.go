package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
)

// change is a row: a is Active with priority 110, b comes after it with 100,
// and at an instant an administrator changes something on one of them.
type change struct {
	preempt bool          // on both
	start   time.Duration // of b
	state   string        // of the changed member at the change
	node    string
	at      time.Duration
	lines   []string
	moves   bool // b takes the role
}

func (x change) cluster(seed uint64) *kit.Cluster {
	return kit.New(kit.YAML(fmt.Sprintf(`
segments: {lan: {}}
nodes:
  a:
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110, preempt: %t}}
  b:
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100, preempt: %[1]t}}
    start: %s
`, x.preempt, x.start)), kit.Seed(seed))
}

// b listens for a hold time from its start, then speaks for one, unless it
// starts together with a: then it is standby from 30 s on.
const lateStart = 60 * time.Second

// A priority that changes while all runs decides nothing by itself: only
// preempt moves the role, at the next hello that carries or meets the new
// priority (spec/failover.md F10). That holds in every state.
var _ = DescribeTable("the priority changes at run time", Label("F10"), func(row change) {
	for seed := uint64(1); seed <= 10; seed++ {
		By(fmt.Sprintf("seed %d", seed))
		c := row.cluster(seed)
		c.Run(row.at)
		Expect(c.World().Node(row.node).Member("lan").Status().State.String()).To(Equal(row.state), "state of %s before the change", row.node)
		for _, line := range row.lines {
			c.Inject(line)
		}
		c.Run(row.at + 60*time.Second)

		if !row.moves {
			Expect(c).To(kit.Elect("a"))
			Expect(c).To(kit.HaveActive("a"))
			Expect(c.World().Node("b").Member("lan").Status().State.String()).To(Equal("Standby"), "state of b at the end")
		} else {
			Expect(c).To(kit.Elect("a", "b"))
			Expect(c).To(kit.HaveActive("b"))
			Expect(c.World().Node("a").Member("lan").Status().State.String()).To(Equal("Standby"), "state of a at the end")
			took := entered(c, "b", "Active")[0] - row.at
			Expect(took).To(BeNumerically("<=", helloMax+message), "from the change until b is Active")
			Expect(c.Measures().Groups[0].DualActive).To(BeNumerically("<=", message), "both Active")
		}
		Expect(c.Measures().Groups[0].NoActive).To(BeZero(), "nobody Active")
		Expect(c).To(kit.HoldInvariants())
	}
},
	Entry("of a Listen, without preempt", change{start: lateStart, state: "Listen", node: "b", at: 65 * time.Second, lines: []string{"set b standby.priority 200"}}),
	Entry("of a Listen, with preempt", change{preempt: true, start: lateStart, state: "Listen", node: "b", at: 65 * time.Second, lines: []string{"set b standby.priority 200"}, moves: true}),
	Entry("of a Speak, without preempt", change{start: lateStart, state: "Speak", node: "b", at: 75 * time.Second, lines: []string{"set b standby.priority 200"}}),
	Entry("of a Speak, with preempt", change{preempt: true, start: lateStart, state: "Speak", node: "b", at: 75 * time.Second, lines: []string{"set b standby.priority 200"}, moves: true}),
	Entry("of the Standby, without preempt", change{state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby.priority 200"}}),
	Entry("of the Standby, with preempt", change{preempt: true, state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby.priority 200"}, moves: true}),
	Entry("of the Standby to the Active's, with preempt: the higher address wins", change{preempt: true, state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby.priority 110"}, moves: true}),
	Entry("of the Standby to one below the Active's, with preempt", change{preempt: true, state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby.priority 109"}}),
	Entry("of the Active downwards, without preempt", change{state: "Active", node: "a", at: 40 * time.Second, lines: []string{"set a standby.priority 50"}}),
	Entry("of the Active downwards, with preempt", change{preempt: true, state: "Active", node: "a", at: 40 * time.Second, lines: []string{"set a standby.priority 50"}, moves: true}),
	Entry("of the Active upwards, with preempt", change{preempt: true, state: "Active", node: "a", at: 40 * time.Second, lines: []string{"set a standby.priority 200"}}),
	Entry("of one that is off and comes back, without preempt", change{state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby off", "set b standby.priority 200", "set b standby on"}}),
	Entry("of one that is off and comes back, with preempt", change{preempt: true, state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby off", "set b standby.priority 200", "set b standby on"}, moves: true}),
	// Preempt itself is a switch that moves the role.
	Entry("of the Standby, and preempt comes after it", change{state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"set b standby.priority 200", "set b standby.preempt on"}, moves: true}),
	Entry("of nobody: the Standby yields what it has not", change{preempt: true, state: "Standby", node: "b", at: 40 * time.Second, lines: []string{"yield b"}}),
)
