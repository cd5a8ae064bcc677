package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
)

// long is a pair with one client that asks 100 times a second, over as many
// connections or over ten that it keeps.
const long = `name: long
about: A pair serves one client for a long time.
duration: %s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
  c1: {client: {target: "http://192.0.2.100/", rate: 100/s, mode: %s, connections: 10, start: 30s}, nics: {lan: 192.0.2.201/24}}
timeline:
  - 60s: pull a.lan for 30s
expect:
  - moves: 1
  - answered-by: {client: c1, nodes: {b: 100%%}, from: 2m}
`

// Long plays a run of so many requests as the command does without --out, and
// returns the heap in use after each of its quarters.
func Long(requests int, mode string) (heap [4]uint64, err error) {
	const rate, start = 100, 30 * time.Second
	duration := start + time.Duration(requests)*time.Second/rate
	s, err := scenarios.Parse("long.yaml", fmt.Appendf(nil, long, duration, mode))
	if err != nil {
		return heap, err
	}
	highlights := reports.NewHighlights(s.Facts())
	quarter := 0
	o, err := s.Run(context.Background(), scenarios.RunOptions{Seed: 1, Follow: func(e event.Event) {
		highlights.Observe(e)
		if quarter < len(heap) && e.At >= time.Duration(quarter+1)*(duration-time.Second)/4 {
			heap[quarter] = Heap()
			quarter++
		}
	}})
	switch {
	case err != nil:
		return heap, err
	case !o.Passed() || o.Measures.Requests[0].Sent < requests*9/10:
		return heap, fmt.Errorf("bench: long: %d requests sent, want some %d and a run that passes: %+v", o.Measures.Requests[0].Sent, requests, o.Expectations)
	}
	return heap, nil
}
