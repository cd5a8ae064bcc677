package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Balance is a self-balancing group of three members whose owner dies.
type Balance struct {
	Connections int    // long-lived, open at the crash
	Recovery    string // as in a scenario
}

// Taken is what became of them.
type Taken struct {
	Survival   []oracle.Survival
	Recoveries []oracle.Recovery
	Frames     uint64
}

// perClient is how many connections one client opens: it has 32,768 ports.
const perClient = 25_000

// Run plays the takeover. Each connection carries a request every 25 s; the
// owner dies once the last one is open, and each carries one afterwards.
func (b Balance) Run() (Taken, error) {
	s, err := scenarios.Parse("balance.yaml", []byte(b.scenario()))
	if err != nil {
		return Taken{}, err
	}
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: 1})
	switch {
	case err != nil:
		return Taken{}, err
	case !o.Passed():
		return Taken{}, fmt.Errorf("bench: balance: the run failed: %+v %v", o.Expectations, o.Violations)
	}
	return Taken{o.Measures.Survival, o.Measures.Recoveries, o.Frames}, nil
}

func (b Balance) scenario() string {
	const start, round = 30 * time.Second, 25 * time.Second
	opened := start + time.Duration(min(b.Connections, perClient))*time.Millisecond
	crash := opened + 2*time.Second
	var text strings.Builder
	fmt.Fprintf(&text, "name: balance\nabout: The owner of a self-balancing group dies.\nduration: %v\nsegments: {lan: {}}\nnodes:\n", crash+10*time.Second+round+2*time.Second)
	for i, name := range []string{"a", "b", "c"} {
		fmt.Fprintf(&text, "  %s: {gateway: {services: {web: {backlog: 65535}}}, nics: {lan: 192.0.2.%d/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: %d, self-balance: {recovery: %s}}}}\n",
			name, 11+i, 120-10*i, b.Recovery)
	}
	clients := 0
	for left := b.Connections; left > 0; left -= perClient {
		clients++
		n := min(left, perClient)
		fmt.Fprintf(&text, "  c%d: {client: {target: \"http://192.0.2.100/\", mode: long-lived, connections: %d, rate: %.3f/s, start: %v, timeout: 20s}, nics: {lan: 192.0.2.%d/24}}\n",
			clients, n, float64(n)/round.Seconds(), start, 200+clients)
	}
	// The members that recover have cables of 1 Gbit/s.
	fmt.Fprintf(&text, "timeline:\n  - %v: [crash a, impair b~lan rate 1000Mbit/s queue 4MiB, impair c~lan rate 1000Mbit/s queue 4MiB]\n", crash)
	fmt.Fprintf(&text, "expect:\n  - moves: 1\n  - survive: {terminated: others, lost: 0, after: crash a}\n")
	return text.String()
}

// Blind returns how long the member that became the owner did not know all
// connections, and how many the others told it.
func (t Taken) Blind() (time.Duration, int) {
	last := t.Recoveries[len(t.Recoveries)-1]
	return last.Blind, last.Flows
}

// Kept counts the connections of the members that live on.
func (t Taken) Kept() (n int) {
	for _, s := range t.Survival {
		if s.Fault == "crash a" && s.Terminated == oracle.TerminatedByOthers {
			n += s.Kept
		}
	}
	return n
}

// served is members whose two processors answer 200 requests per second, with
// more users than they can serve.
const served = `name: served
about: Members that are busy all the time.
duration: 90s
segments: {lan: {}}
nodes:
%s  c1: {client: {target: "http://192.0.2.100/", mode: keep-alive, users: 120, think: 1ms, start: 30s}, nics: {lan: 192.0.2.201/24}}
expect:
  - moves: 0
`

// Served returns how many requests a self-balancing group answers in a minute.
func Served(members int) (int, error) {
	var nodes strings.Builder
	for i := range members {
		fmt.Fprintf(&nodes, "  m%d: {gateway: {services: {web: {work: 10ms}}}, nics: {lan: 192.0.2.%d/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: %d, self-balance: {}}}}\n",
			i, 11+i, 120-10*i)
	}
	s, err := scenarios.Parse("served.yaml", fmt.Appendf(nil, served, nodes.String()))
	if err != nil {
		return 0, err
	}
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: 1})
	switch {
	case err != nil:
		return 0, err
	case !o.Passed() || o.Measures.Requests[0].Failed > 0:
		return 0, fmt.Errorf("bench: served: the run failed: %+v %+v", o.Expectations, o.Measures.Requests)
	}
	return o.Measures.Requests[0].OK, nil
}
