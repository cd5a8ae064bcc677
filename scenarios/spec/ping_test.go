package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/oracle"
)

// A client that pings and one that opens an HTTP connection for each request
// see the same outage in the same parts: they ask at the same rate, and what
// differs is their phase, and the handshake.
const pingAndHTTP = `
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
    arp-life: 20s
    client: {target: "http://192.0.2.100/", rate: 20/s, connect-timeout: 1s, start: 35s}
  p1:
    nics: {lan: 192.0.2.202/24}
    arp-life: 20s
    client: {target: 192.0.2.100, mode: ping, rate: 20/s, start: 35s}
`

var _ = DescribeTable("pings measure what HTTP measures", Label("F1"), func(takeover, fault string, silent bool) {
	const faultAt, interval = 40 * time.Second, 50 * time.Millisecond
	for seed := uint64(1); seed <= 3; seed++ {
		By(fmt.Sprintf("seed %d", seed))
		c := kit.New(kit.YAML(fmt.Sprintf(pingAndHTTP, takeover)), kit.Seed(seed))
		if silent {
			c.At(faultAt-time.Second, "drop garp from b")
		}
		c.At(faultAt, fault)
		c.Run(time.Minute)

		Expect(c).To(kit.HoldInvariants())
		of := map[string]oracle.Outage{}
		for _, o := range c.Measures().Outages {
			of[o.Client] = o
		}
		http, ping := of["c1"], of["p1"]
		for what, both := range map[string][2]time.Duration{
			"duration":  {http.Duration, ping.Duration},
			"detection": {http.Detection, ping.Detection}, "election": {http.Election, ping.Election},
			"announcement": {http.Announcement, ping.Announcement}, "neighbour": {http.Neighbour, ping.Neighbour},
			"service": {http.Service, ping.Service}, "retry": {http.Retry, ping.Retry},
		} {
			Expect(both[1]).To(BeNumerically("~", both[0], interval), what)
		}
		// The hold time (10 s) began up to a hello time and its jitter before the
		// fault. A MAC address that moves along, and an announcement, are heard at
		// once; otherwise the entry of 20 s began with the first request.
		Expect(ping.Detection).To(And(BeNumerically(">", hold-3300*time.Millisecond-interval), BeNumerically("<=", hold)))
		if silent && takeover == "arp" {
			Expect(ping.Neighbour).To(BeNumerically("~", 15*time.Second-ping.Detection, 3*interval))
		} else {
			Expect(ping.Neighbour).To(BeNumerically("<", time.Millisecond))
		}
	}
},
	Entry("cable pulled", "arp", "pull a.lan", false),
	Entry("crash", "arp", "crash a", false),
	Entry("freeze", "arp", "freeze a", false),
	Entry("the announcement is lost", "arp", "crash a", true),
	Entry("virtual MAC", "mac", "crash a", false),
	Entry("virtual MAC, the announcement is lost", "mac", "crash a", true),
)
