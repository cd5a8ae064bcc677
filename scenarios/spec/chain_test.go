package spec_test

import (
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/sim/event"
)

// The ranges of self-balance-chain-vip leave room for real time, in which a
// member may be late with its answer and its turn goes to the next one. In
// virtual time turns are exact (spec/failover.md F35 and §5.4).
var _ = Describe("a chain of services on self-balanced members, in virtual time", Label("F35"), func() {
	for _, s := range library() {
		if s.Name != "self-balance-chain-vip" {
			continue
		}
		It("takes exact turns: "+s.Variant, func(ctx SpecContext) {
			served, chosen := map[string]map[string]int{"front": {}, "back": {}}, map[string]int{}
			for e := range play(ctx, s).Events.All() {
				switch b := e.What.(type) {
				case event.RequestServed:
					served[b.Service][e.Node]++
				case event.BalanceAssigned:
					if strings.HasSuffix(b.Service, ":81") {
						chosen[b.Member]++
					}
				}
			}
			third := map[string]int{"a": 750, "b": 750, "c": 750} // of 2250
			Expect(served["front"]).To(Equal(third), "requests to the first service")
			if strings.Contains(s.Variant, "127.0.0.1") {
				Expect(served["back"]).To(Equal(third), "requests to the second service")
				Expect(chosen).To(BeEmpty(), "calls that the active member gave to members")
				return
			}
			each := 250 // of the 750 that the active member calls for
			if strings.Contains(s.Variant, "persistent=on") {
				each = 1 // of its three connections, with 250 requests each
			}
			Expect(chosen).To(Equal(map[string]int{"192.0.2.11": each, "192.0.2.12": each, "192.0.2.13": each}),
				"calls that the active member gave to members")
			Expect(served["back"]).To(Equal(map[string]int{"a": 250, "b": 1000, "c": 1000}), "requests to the second service")
		})
	}
})
