package spec_test

import (
	"fmt"
	"slices"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// queue is a server that accepts and never answers.
type queue struct {
	places int    // for connections, open or waiting
	config string // of the back end
	fault  string
	kinds  []string
}

// backlogGap is the time between two connections of the client that fills the
// queue.
const backlogGap = 500 * time.Millisecond

// httpKinds are the kinds that ask a server of HTTP.
var httpKinds = slices.Concat([]string{"tcp-half", "tcp-full", "ims"}, asks)

// A check that only connects never notices a server that accepts and never
// answers, as long as the queue of connections that nobody accepts has room:
// spec/failover.md F7. Once clients have filled it SYNs are dropped, and the
// check notices that, by the formula of the silent from then on. A check that
// asks does not wait for that.
var _ = DescribeTable("a server that accepts and never answers, and whose queue fills", Label("matrix", "F7", "backlog", "probe"),
	func(ctx SpecContext, q queue) {
		for _, kind := range q.kinds {
			By(kind)
			s := matrixChecks
			c, n := newCard(), &nodes{}
			protocol, target := "http, "+pages(false), "http://192.0.2.1"+asking[kind]
			if kind == "ldap-bind" || kind == "ldap-ping" {
				protocol, target = "ldap, port: 80", "ldap://192.0.2.1:80"
			}
			n.add("web", "backend: {"+q.config+", protocol: "+protocol+"}")
			n.add("probe", fmt.Sprintf("probe: {by: %s, target: '%s', interval: %v, timeout: %v, fall: %d}", kind, target, s.interval, s.limit, s.fall))
			n.add("c1", fmt.Sprintf("client: {target: 'http://192.0.2.1/', rate: %v/s, connections: 100, timeout: 60s, connect-timeout: 60s, start: 3s}", float64(time.Second/backlogGap)))
			blind := slices.Contains(connects, kind)
			if want := fixed(s, true); blind {
				// The last place may be taken by a check, up to a gap after the client's last.
				c.row("since it is full", kind, span{want.from, want.to + backlogGap})
			} else {
				c.row("since the fault", kind, want)
			}
			p := phased{
				topology: n.topology(), from: 4 * s.interval, period: s.interval, lasts: 12 * s.interval, faults: []string{q.fault},
				keep: event.SetOf(event.ProbeChanged{}, event.ConnEstablished{}),
			}
			p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
				full, opened := at, 0
				for e := range event.From[event.ConnEstablished](o.Events) {
					if e.Node == "c1" && e.At >= at {
						full, opened = e.At, opened+1
					}
				}
				for e, b := range event.From[event.ProbeChanged](o.Events) {
					switch {
					case b.State == "up":
						Expect(e.At).To(BeNumerically("<", at), "up")
					case blind:
						c.see("since it is full", e.At-full)
					default:
						c.see("since the fault", e.At-at)
					}
				}
				if kind == "tcp-half" { // takes no place
					Expect(opened).To(Equal(q.places), "connections of the client")
				} else { // one or two are a check's: it takes less than 4 s to fill it
					Expect(opened).To(And(BeNumerically("<", q.places), BeNumerically(">=", q.places-2)), "connections of the client")
				}
			})
			c.judge(p.phaseTime() + backlogGap)
		}
	},
	// The program takes one more from the queue, and then has no CPU to serve it.
	Entry("because its program gets no CPU", queue{5 + 1, "backlog: 5", "hog web service 100%", allKinds}),
	// It serves three at a time, if it answers; here the client cannot ask LDAP.
	Entry("because its program hangs", queue{3 + 5, "backlog: 5, connections: 3", "backend web hang", httpKinds}),
)
