package kit_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
)

// printed has Gomega print what fails. A test without Ginkgo calls
// gomega.RegisterTestingT(t) instead.
func printed() {
	gomega.RegisterFailHandler(func(message string, _ ...int) { fmt.Println(message) })
}

// cluster is a pair, and a client that asks 20 times a second.
func cluster() *kit.Cluster {
	c, err := kit.Build(kit.YAML(`
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}
  c1: {nics: {lan: 192.0.2.201/24}, client: {target: "http://192.0.2.100/", rate: 20/s, start: 30s}}
`), kit.Seed(7))
	if err != nil {
		panic(err)
	}
	return c
}

// A pair whose active member loses its cable, in virtual time.
func Example() {
	printed()
	c := cluster()
	defer c.Close()
	c.At(40*time.Second, "pull a.lan")
	c.Run(90 * time.Second)
	gomega.Expect(c).To(kit.HaveTakenOver(kit.From("a"), kit.To("b"), kit.Between(6700*time.Millisecond, 10*time.Second)))
	gomega.Expect(c).To(kit.HaveActive("b"))
	gomega.Expect(c).NotTo(kit.HaveSplitBrain())
	gomega.Expect(c).To(kit.FailOnlyBy([]string{"timeout"}, kit.Client("c1")))
	gomega.Expect(c).To(kit.BeAnsweredBy(map[string]kit.Share{"b": kit.AtLeast(1)}, kit.After("pull a.lan")))
	fmt.Println("checked at", c.World().Now())
	// Output: checked at 1m30s
}

// What does not hold is said in words, with what was found and how to see it
// again.
func ExampleHaveHappened() {
	printed()
	c := cluster()
	defer c.Close()
	c.At(40*time.Second, "yield a")
	c.Run(60 * time.Second)
	gomega.Expect(c).To(kit.HaveHappened("vip-claimed", kit.Node("b"), kit.After("yield a"), kit.Times(1)))
	gomega.Expect(c).To(kit.HaveHappened("vip-claimed", kit.Node("a"), kit.After("yield a")))
	// Output:
	// Expected of the cluster:
	//   vip-claimed of a after yield a: 1..
	//   got 0
	// This is the cluster at 1m0s with seed 7 after yield a at 40s.
	// The same seed and faults give the same again.
}

// A share is 0 to 1.
func ExampleAtLeast() {
	printed()
	c := cluster()
	defer c.Close()
	c.At(40*time.Second, "crash a")
	c.Run(60 * time.Second)
	gomega.Expect(c).To(kit.AnswerRequests(kit.AtLeast(kit.Percent(50))))
	_, err := kit.AnswerRequests(kit.AtLeast(50)).Match(c)
	_, why, _ := strings.Cut(err.Error(), "share: ")
	fmt.Println(why)
	// Output: got 5000%.., want 0% to 100%; a share in Go is 0 to 1, such as 0.95
}
