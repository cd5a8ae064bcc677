package detection

import (
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Formulas are those of which there is a machine, each for some settings.
func Formulas() []Formula {
	return []Formula{
		hsrp(3*time.Second, 10*time.Second, 0.1),
		hsrp(2*time.Second, 7*time.Second, 0.5),
		probe(2*time.Second, 3),
		balancer(2*time.Second, time.Second/2, 3, 0),
		balancer(4*time.Second, time.Second, 2, time.Second),
		tracked(2*time.Second, time.Second/2, 3),
		groupCheck(5*time.Second, 2*time.Second, 0.2),
		damp(20*time.Second, 3, 2),
		nginxDown(3, 7),
		nginxBack(4*time.Second, 3),
	}
}

// machines writes machines on one segment, each with an address of its own.
func machines(programs ...string) string {
	var b strings.Builder
	for i, p := range programs {
		name, rest, _ := strings.Cut(p, ": ")
		fmt.Fprintf(&b, "  %s: {nics: {lan: 192.0.2.%d/24}, %s}\n", name, i+1, rest)
	}
	return b.String()
}

// hsrp is a standby member whose active timer runs from the last hello of a
// member that crashes.
func hsrp(hello, hold time.Duration, jitter float64) Formula {
	group := func(priority int) string {
		return fmt.Sprintf("standby: {lan: {group: 30, vip: 192.0.2.100, priority: %d, hello: %v, hold: %v, jitter: %v%%}}", priority, hello, hold, 100*jitter)
	}
	return Formula{
		Name: fmt.Sprintf("HSRP, hello %v, hold %v, jitter %v %%", hello, hold, 100*jitter), Says: "hold - age of the last hello",
		Quick:  true,
		AtMost: before(hold, age(hello, jitter)),
		nodes:  machines("a: "+group(110), "b: "+group(100)), fault: "crash a",
		from: 4 * hold, within: 10 * hello, lasts: hold + hello,
		keep: event.SetOf(event.StandbyChanged{}), took: becomesActive,
	}
}

// becomesActive is when b becomes Active.
func becomesActive(at time.Duration, events event.Record) (time.Duration, bool) {
	for e, b := range event.From[event.StandbyChanged](events) {
		if e.Node == "b" && b.To == event.StateActive && e.At >= at {
			return e.At - at, true
		}
	}
	return 0, false
}

// probe is a check whose schedule is fixed, and that fails at once.
func probe(interval time.Duration, fall int) Formula {
	least := time.Duration(fall-1) * interval
	return Formula{
		Name: fmt.Sprintf("probe, interval %v, fall %d", interval, fall), Says: "phi(interval) + (fall-1)·interval",
		Quick:  true,
		AtMost: uniform(least, least+interval),
		nodes: machines("m1: backend: {}",
			fmt.Sprintf("p: probe: {target: 'http://192.0.2.1/', by: http-status, interval: %v, fall: %d}", interval, fall)),
		fault: "stop service http on m1", from: 4 * interval, within: 5 * interval, lasts: least + 2*interval,
		keep: event.SetOf(event.ProbeChanged{}),
		took: func(at time.Duration, events event.Record) (time.Duration, bool) {
			for e, b := range event.From[event.ProbeChanged](events) {
				if b.State == "down" {
					return e.At - at, true
				}
			}
			return 0, false
		},
	}
}

// balancer is HAProxy's check of a server that is silent, or keepalived's,
// which has an interval of its own after a failure. It counts from the end of a
// check.
func balancer(interval, limit time.Duration, fall int, retry time.Duration) Formula {
	name, says, own := "HAProxy", "phi(interval) + (fall-1)·interval + fall·timeout", ""
	least := time.Duration(fall-1)*interval + time.Duration(fall)*limit
	if retry > 0 {
		name, says = "keepalived check", "phi(delay_loop) + (retry+1)·timeout + retry·delay_before_retry"
		least, own = time.Duration(fall-1)*retry+time.Duration(fall)*limit, fmt.Sprintf(", fast-interval: %v", retry)
	}
	return Formula{
		Name: fmt.Sprintf("%s, interval %v, timeout %v, fall %d", name, interval, limit, fall), Says: says,
		Quick:  true,
		AtMost: uniform(least, least+interval),
		nodes: machines("m1: backend: {}",
			fmt.Sprintf("lb: balancer: {members: ['192.0.2.1:80'], check: {by: tcp-full, interval: %v, timeout: %v, fall: %d%s}}", interval, limit, fall, own)),
		fault: "drop tcp from m1", from: 4 * interval, within: 5 * interval, lasts: least + 2*interval,
		keep: event.SetOf(event.BalancerMemberChanged{}),
		took: func(at time.Duration, events event.Record) (time.Duration, bool) {
			for e, b := range event.From[event.BalancerMemberChanged](events) {
				if b.State == "down" {
					return e.At - at, true
				}
			}
			return 0, false
		},
	}
}

// tracked is keepalived's track_script that hangs: the member's check of its
// own service, whose failure moves the role at once.
func tracked(interval, limit time.Duration, fall int) Formula {
	least := time.Duration(fall-1)*interval + limit
	member := func(priority int, more string) string {
		return fmt.Sprintf("gateway: {services: {web: {listen: '0.0.0.0:80', forward: '192.0.2.3:80'}}}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: %d%s}}", priority, more)
	}
	check := fmt.Sprintf(", track: [{check: {target: 'http://127.0.0.1/', by: http-status, timeout: %v}, interval: %v, fall: %d, fault: true}]", limit, interval, fall)
	return Formula{
		Name: fmt.Sprintf("tracked check, interval %v, timeout %v, fall %d", interval, limit, fall), Says: "phi(interval) + (fall-1)·interval + timeout",
		AtMost: uniform(least, least+interval),
		nodes:  machines("a: "+member(110, check), "b: "+member(100, ""), "web: backend: {}"),
		fault:  "backend web hang", from: 40 * time.Second, within: 5 * interval, lasts: least + 2*interval,
		keep: event.SetOf(event.StandbyChanged{}), took: becomesActive,
	}
}

// grouped is a gateway whose load-balancer group has the members s1, s2 and so
// on, and a client that asks at random.
func grouped(members int, group string, rate float64) string {
	var programs, servers []string
	for i := range members {
		programs = append(programs, fmt.Sprintf("s%d: backend: {}", i+1))
		servers = append(servers, fmt.Sprintf("192.0.2.%d", i+1))
	}
	programs = append(programs, fmt.Sprintf("gw: gateway: {groups: {app: {server: [%s], %s}}, services: {web: {forward: group app, persistent: off}}}", strings.Join(servers, ", "), group))
	if rate > 0 {
		programs = append(programs, fmt.Sprintf("c1: client: {target: 'http://192.0.2.%d/', rate: %v/s, arrival: poisson, connections: 20}", members+1, rate))
	}
	return machines(programs...)
}

// memberGoes is when s1 enters a state, and not before the fault.
func memberGoes(state string) func(at time.Duration, events event.Record) (time.Duration, bool) {
	return func(at time.Duration, events event.Record) (time.Duration, bool) {
		for e, b := range event.From[event.LBMemberChanged](events) {
			if b.From != "" && b.To == state && e.At >= at {
				return e.At - at, true
			}
		}
		return 0, false
	}
}

// groupCheck is the health check of a load-balancer group of a member that
// hangs, whose frequency varies. One failure is enough.
func groupCheck(frequency, limit time.Duration, jitter float64) Formula {
	check := fmt.Sprintf("health-check: {type: Status, use-soap: false, frequency: %v, timeout: %v, enforce-timeout: on, jitter: %v%%}", frequency, limit, 100*jitter)
	return Formula{
		Name: fmt.Sprintf("load-balancer group, frequency %v, timeout %v, jitter %v %%", frequency, limit, 100*jitter), Says: "what is left of the frequency, and the timeout",
		Quick:  true,
		AtMost: after(limit, age(frequency, jitter)),
		nodes:  grouped(1, check, 0), fault: "backend s1 hang", from: 10 * frequency, within: 10 * frequency, lasts: limit + 2*frequency,
		keep: event.SetOf(event.LBMemberChanged{}), took: memberGoes("down"),
	}
}

// damp is when a member of a rotation, which refuses connections, comes back: a
// request finds it when its turn comes, and nothing but time forgives it.
func damp(damp time.Duration, members int, rate float64) Formula {
	return Formula{
		Name: fmt.Sprintf("damp %v, one of %d members, %v requests/s", damp, members, rate), Says: "the member's turn, and damp",
		AtMost: after(damp, turns(members, rate)),
		nodes:  grouped(members, fmt.Sprintf("damp: %v", damp), rate), fault: "stop service http on s1",
		from: 10 * time.Second, within: 20 * time.Second, lasts: damp + time.Duration(30*float64(members)/rate*float64(time.Second)),
		keep: event.SetOf(event.LBMemberChanged{}), took: memberGoes("up"),
	}
}

// proxied is nginx with a backup server, and a client that asks at random.
func proxied(maxFails int, quiet time.Duration, rate float64) string {
	return machines("m1: backend: {}", "m2: backend: {}",
		fmt.Sprintf("lb: proxy: {upstream: {servers: [{address: '192.0.2.1:80', max-fails: %d, fail-timeout: %v}, {address: '192.0.2.2:80', backup: true}]}, next-upstream: [error]}", maxFails, quiet),
		fmt.Sprintf("c1: client: {target: 'http://192.0.2.3/', rate: %v/s, arrival: poisson, connections: 20}", rate))
}

// peerGoes is when m1 enters a state.
func peerGoes(state string, events event.Record) (time.Duration, bool) {
	for e, b := range event.From[event.ProxyPeerChanged](events) {
		if b.Peer == "m1" && b.State == state {
			return e.At, true
		}
	}
	return 0, false
}

// nginxDown is when a server that refuses connections is left alone.
func nginxDown(maxFails int, rate float64) Formula {
	const quiet = 10 * time.Second
	return Formula{
		Name: fmt.Sprintf("nginx, max_fails %d, %v requests/s", maxFails, rate), Says: "max_fails bad requests",
		AtMost: arrivals(maxFails, rate),
		nodes:  proxied(maxFails, quiet, rate), fault: "stop service http on m1", from: 5 * time.Second, within: 10 * time.Second, lasts: quiet,
		keep: event.SetOf(event.ProxyPeerChanged{}),
		took: func(at time.Duration, events event.Record) (time.Duration, bool) {
			down, seen := peerGoes("down", events)
			return down - at, seen
		},
	}
}

// nginxBack is when it is tried again: with the first request after a quiet
// time, which is counted in whole seconds.
func nginxBack(quiet time.Duration, rate float64) Formula {
	return Formula{
		Name: fmt.Sprintf("nginx, fail_timeout %v, %v requests/s", quiet, rate), Says: "fail_timeout, to the end of the second, and the next request",
		AtMost: after(quiet, nextSecond(rate)),
		nodes:  proxied(1, quiet, rate), fault: "stop service http on m1", from: 5 * time.Second, within: 10 * time.Second, lasts: quiet + 20*time.Second,
		keep: event.SetOf(event.ProxyPeerChanged{}),
		took: func(_ time.Duration, events event.Record) (time.Duration, bool) {
			down, _ := peerGoes("down", events)
			trying, seen := peerGoes("trying", events)
			return trying - down, seen
		},
	}
}
