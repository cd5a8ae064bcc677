package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
)

// A host that ignores gratuitous ARP sends to the dead member until its own
// neighbour entry has aged: 20 minutes on many a host, 4 hours on many a router
// (spec/failover.md F30). Its age is nothing to a host that honours it, and
// nothing where the MAC address moves along with the virtual IP.
const hostOfAge = `
segments: {lan: {}}
nodes:
  a:
    gateway: {}
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110, takeover: %[1]s}}
  b:
    gateway: {}
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100, takeover: %[1]s}}
  c1:
    nics: {lan: 192.0.2.201/24}
    arp: %s
    arp-age: %s
    client: {target: "http://192.0.2.100/", rate: 0.1/s, start: 25s}
`

var _ = DescribeTable("a host with neighbour entries of an age", Label("F30"), func(takeover, policy string, age time.Duration, misled bool) {
	const crash, between = 40 * time.Second, 10 * time.Second // between requests
	for seed := uint64(1); seed <= 3; seed++ {
		By(fmt.Sprintf("seed %d", seed))
		c := kit.New(kit.YAML(fmt.Sprintf(hostOfAge, takeover, policy, age)), kit.Seed(seed))
		c.At(crash, "crash a")
		c.Run(crash + age*3/2 + time.Minute)

		Expect(c).To(kit.HaveTakenOver(kit.From("a"), kit.To("b")))
		Expect(c).To(kit.HoldInvariants())
		Expect(c.Measures().Outages).To(HaveLen(1))
		if !misled {
			Expect(c).To(kit.HaveOutage(kit.Client("c1"), kit.Within(hold+between)))
			continue
		}
		// An entry is believed for half to one and a half times its age since the last
		// sign of life, which came with the answer before the crash. Then the next
		// request is the packet that has 5 s waited for such a sign and a asked for 3
		// s; one more request asks everybody, and the SYN that waited for the answer
		// goes to b.
		const steps = between + 5*time.Second + 3*time.Second + between + 2*time.Second
		Expect(c).To(kit.HaveOutage(kit.Client("c1"), kit.Between(age/2-2*between, age*3/2+steps)))
	}
},
	Entry("20 min, gratuitous ARP ignored", "arp", "ignore", 20*time.Minute, true),
	Entry("4 h, gratuitous ARP ignored", "arp", "ignore", 4*time.Hour, true),
	Entry("4 h, gratuitous ARP honoured", "arp", "linux", 4*time.Hour, false),
	Entry("4 h, gratuitous ARP ignored, virtual MAC", "mac", "ignore", 4*time.Hour, false),
)
