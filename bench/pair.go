package bench

import (
	"context"
	"fmt"

	"github.com/cablepull/cablepull/scenarios"
)

// Pair is the pair of cable-pull with a client, or without one.
type Pair struct {
	Client string // ping, http (one long-lived connection) or none
	Rate   int    // requests per second
	Router bool   // there is a fourth node, which does nothing
}

// YAML is the scenario: 90 s, of which the client asks for 60 s, and the active
// member's cable is pulled at 40 s.
func (p Pair) YAML() string {
	text := `name: pair
duration: 90s
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
`
	if p.Router {
		text += "  r: {router: {}, nics: {lan: 192.0.2.1/24}}\n"
	}
	switch p.Client {
	case "ping":
		text += fmt.Sprintf("  c1: {nics: {lan: 192.0.2.201/24}, client: {target: 192.0.2.100, mode: ping, rate: %d/s, start: 30s}}\n", p.Rate)
	case "http":
		text += fmt.Sprintf("  c1: {nics: {lan: 192.0.2.201/24}, client: {target: 'http://192.0.2.100/', mode: long-lived, rate: %d/s, start: 30s}}\n", p.Rate)
	}
	return text + "timeline: [40s: pull a.lan]\nexpect: [moves: 1]\n"
}

// Play plays the pair with the seeds 1..trials, and returns how many requests
// the client has sent.
func (p Pair) Play(trials int) (requests int, err error) {
	s, err := scenarios.Parse("pair", []byte(p.YAML()))
	if err != nil {
		return 0, err
	}
	ready := s.Ready()
	for seed := range uint64(trials) {
		o, err := ready.Run(context.Background(), scenarios.RunOptions{Seed: seed + 1})
		if err != nil {
			return 0, err
		}
		if !o.Passed() {
			return 0, fmt.Errorf("pair: seed %d: got %+v, want one move", seed+1, o.Expectations)
		}
		for _, r := range o.Measures.Requests {
			requests += r.Sent
		}
	}
	return requests, nil
}
