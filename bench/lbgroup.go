package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// proxied is clients that ask a gateway, whose service forwards to the three
// members of a load-balancer group.
const proxied = `name: proxied
about: Requests through a load-balancer group.
duration: %v
segments: {lan: {}}
nodes:
  gw:
    gateway:
      groups: {app: {algorithm: least-connections, server: [192.0.2.51, 192.0.2.52, 192.0.2.53]}}
      services: {web: {forward: group app, work: 10us}}
    nics: {lan: 192.0.2.11/24}
  s1: {backend: {}, nics: {lan: 192.0.2.51/24}}
  s2: {backend: {}, nics: {lan: 192.0.2.52/24}}
  s3: {backend: {}, nics: {lan: 192.0.2.53/24}}
  c1: {client: {target: "http://192.0.2.11/", mode: keep-alive, connections: 100, rate: 2000/s}, nics: {lan: 192.0.2.201/24}}
expect:
  - requests: {client: c1, failed: 0}
`

// Proxied plays requests through a load-balancer group for a span of simulated
// time, and returns how many were answered.
func Proxied(span time.Duration) (int, error) {
	o, err := playText("proxied", fmt.Sprintf(proxied, span))
	if err != nil {
		return 0, err
	}
	return o.Measures.Requests[0].OK, nil
}

// Checked plays the health checks of a load-balancer group: members are the
// ports of 20 hosts, and each is checked once in 5 s. It returns how many
// checks were made.
func Checked(members int, span time.Duration) (int, error) {
	const hosts = 20
	var servers, nodes strings.Builder
	for h := range hosts {
		fmt.Fprintf(&nodes, "  h%d:\n    nics: {lan: 192.0.2.%d/24}\n    gateway:\n      services:\n", h, 51+h)
		for port := range members / hosts {
			fmt.Fprintf(&servers, "          - {address: 192.0.2.%d, mapped-port: %d, health-port: %d}\n", 51+h, 8001+port, 8001+port)
			fmt.Fprintf(&nodes, "        s%d: {listen: \"192.0.2.%d:%d\"}\n", 8001+port, 51+h, 8001+port)
		}
	}
	text := fmt.Sprintf("name: checked\nabout: Health checks of many members.\nduration: %v\nsegments: {lan: {}}\nnodes:\n"+
		"  gw:\n    nics: {lan: 192.0.2.11/24}\n    gateway:\n      services: {web: {forward: group app}}\n      groups:\n        app:\n"+
		"          health-check: {type: Status, frequency: 5s, timeout: 2s, enforce-timeout: on, independent-checks: on}\n          server:\n%s%s"+
		"expect:\n  - event: {kind: lb-member-changed, count: 0}\n", span, servers.String(), nodes.String())
	o, err := playText("checked", text)
	if err != nil {
		return 0, err
	}
	checks := 0
	for _, s := range o.Measures.Spread {
		checks += s.Connections
	}
	return checks, nil
}

// playText plays a scenario that must pass. It keeps only the events that are
// judged.
func playText(name, text string) (*scenarios.Outcome, error) {
	s, err := scenarios.Parse(name+".yaml", []byte(text))
	if err != nil {
		return nil, err
	}
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: 1, Keep: event.SetOf(event.LBMemberChanged{})})
	switch {
	case err != nil:
		return nil, err
	case !o.Passed():
		return nil, fmt.Errorf("bench: %s: the run failed: %+v", name, o.Expectations)
	}
	return o, nil
}
