package spec_test

import (
	"fmt"
	"time"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/kit"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/topology"
)

// The client of a proxy asks seven times a second, so that its requests come at
// other moments in each second.
const (
	proxyRate = 7
	proxyGap  = time.Second / proxyRate
)

// upstream is what nginx says of its first server.
type upstream struct {
	maxFails int
	quiet    time.Duration // fail_timeout
	read     time.Duration // proxy_read_timeout
	next     string        // a condition of proxy_next_upstream
}

// topology is a proxy with m1 and its backup m2, and the client.
func (u upstream) topology() topology.Topology {
	n := &nodes{}
	n.add("m1", "backend: {}")
	n.add("m2", "backend: {}")
	n.add("lb", fmt.Sprintf("proxy: {upstream: {servers: [{address: '192.0.2.1:80', max-fails: %d, fail-timeout: %v}, "+
		"{address: '192.0.2.2:80', backup: true}]}, read-timeout: %v, next-upstream: [%s]}", u.maxFails, u.quiet, u.read, u.next))
	n.add("c1", fmt.Sprintf("client: {target: 'http://192.0.2.3/', rate: %d/s, connections: 50}", proxyRate))
	return n.topology()
}

// whole is the whole seconds of an instant, in which nginx counts.
func whole(at time.Duration) time.Duration { return at.Truncate(time.Second) }

// nginx, spec/peers.md §2.8: the first server is left alone after max_fails bad
// requests, and comes back with the first request after fail_timeout of quiet,
// counted in whole seconds. Where a request waits for its time limit, those
// that come meanwhile are bad as well, and the quiet begins with the last of
// them. Clients notice nothing: a backup answers.
var _ = DescribeTable("nginx leaves a server alone by its formula", Label("formula", "nginx", "F48"),
	func(ctx SpecContext, u upstream, line string, wait time.Duration) {
		c := newCard()
		least := time.Duration(u.maxFails-1)*proxyGap + wait
		c.row("down", "phi(gap) + (max_fails-1)·gap", span{least, least + proxyGap})
		c.row("back", "fail_timeout, up to a second, phi(gap)", span{u.quiet, u.quiet + time.Second + proxyGap})
		bad := time.Duration(u.maxFails+1)*proxyGap + 2*wait // long enough for all that are bad
		p := phased{
			topology: u.topology(), from: 5 * time.Second, period: time.Second, lasts: bad + u.quiet + 3*time.Second,
			faults: []string{line + " for " + bad.Truncate(time.Millisecond).String()},
			keep:   event.SetOf(event.ProxyPeerChanged{}, event.ProxyAttemptFailed{}),
		}
		p.play(ctx, func(at time.Duration, o *scenarios.Outcome) {
			var changes []event.Event
			var states []string
			for e, b := range event.From[event.ProxyPeerChanged](o.Events) {
				changes, states = append(changes, e), append(states, b.Peer+" "+b.State)
			}
			Expect(states).To(Equal([]string{"m1 down", "m1 trying", "m1 up"}))
			var last time.Duration
			failures := 0
			for e := range event.From[event.ProxyAttemptFailed](o.Events) {
				failures, last = failures+1, e.At
			}
			Expect(failures).To(Equal(u.maxFails+int(wait/proxyGap)), "bad requests")
			for _, r := range o.Measures.Requests {
				Expect(r.Failed).To(BeZero(), "requests that failed")
			}
			c.see("down", changes[0].At-at)
			c.see("back", changes[1].At-last)
			Expect(changes[1].At-whole(last)-u.quiet-time.Second).To(And(BeNumerically(">=", 0), BeNumerically("<=", proxyGap+message)),
				"from the first second that is more than %v after the last failure, at %v", u.quiet, last)
		})
		c.judge(p.phaseTime() + proxyGap) // only the client's requests show what nginx does
	},
	Entry("refused once", upstream{1, 10 * time.Second, time.Minute, "error"}, "stop service http on m1", time.Duration(0)),
	Entry("refused three times", upstream{3, 4 * time.Second, time.Minute, "error"}, "stop service http on m1", time.Duration(0)),
	Entry("reset five times", upstream{5, 2 * time.Second, time.Minute, "error"}, "backend m1 reset", time.Duration(0)),
	Entry("an error twice", upstream{2, 3 * time.Second, time.Minute, "http_500"}, "backend m1 status 500", time.Duration(0)),
	Entry("no answer once", upstream{1, 4 * time.Second, 500 * time.Millisecond, "timeout"}, "backend m1 hang", 500*time.Millisecond),
	Entry("no answer four times", upstream{4, 10 * time.Second, time.Second, "timeout"}, "backend m1 hang", time.Second),
)

// The same counts have exceptions: what is no condition, a max_fails of 0, and
// failures that are farther apart than fail_timeout, with a good answer between
// them. A fault that lasts for a gap hits one request.
var _ = DescribeTable("nginx does not leave a server alone", Label("formula", "nginx", "F48"),
	func(u upstream, line string, apart time.Duration, bad int, down bool) {
		c := kit.New(u.topology())
		for i := range 2 {
			c.At(5*time.Second+time.Duration(i)*apart, line+" for "+proxyGap.Truncate(time.Microsecond).String())
		}
		c.Run(40 * time.Second)
		failures, states := 0, []string{}
		for range event.Of[event.ProxyAttemptFailed](c.Events()) {
			failures++
		}
		for _, b := range event.Of[event.ProxyPeerChanged](c.Events()) {
			states = append(states, b.State)
		}
		Expect(failures).To(Equal(bad), "bad requests")
		if down {
			Expect(states).To(Equal([]string{"down", "trying", "up"}), "although each of them was good between")
		} else {
			Expect(states).To(BeEmpty())
		}
	},
	Entry("for an error that is no condition", upstream{1, 4 * time.Second, time.Minute, "error"}, "backend m1 status 500", 2*time.Second, 0, false),
	Entry("without max_fails", upstream{0, 4 * time.Second, time.Minute, "error"}, "stop service http on m1", 2*time.Second, 2, false),
	Entry("for too few failures", upstream{3, 4 * time.Second, time.Minute, "error"}, "stop service http on m1", 2*time.Second, 2, false),
	Entry("for failures that are far apart", upstream{2, 4 * time.Second, time.Minute, "error"}, "stop service http on m1", 6*time.Second, 2, false),
	Entry("but for those within fail_timeout", upstream{2, 4 * time.Second, time.Minute, "error"}, "stop service http on m1", 2*time.Second, 2, true),
)
