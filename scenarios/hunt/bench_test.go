package hunt

import (
	"context"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
)

// pair is a group of two members, a back end that nobody asks, and a client
// with one long-lived connection.
const pair = `name: pair
duration: 90s
segments:
  lan: {}
nodes:
  a: # the higher priority
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {vip: 192.0.2.100, priority: 110}}
    gateway: {}
  b:
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {vip: 192.0.2.100, priority: 100}}
    gateway: {}
  c1:
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.100/", rate: 1/s, mode: long-lived, connections: 1}
  web:
    nics: {lan: 192.0.2.50/24}
    backend: {}
`

func parse(t testing.TB, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("pair.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// BenchmarkHunt plays schedules of a pair, drawn and changed, on one processor.
func BenchmarkHunt(b *testing.B) {
	s := parse(b, pair)
	b.ReportAllocs()
	report, err := Run(context.Background(), s, Options{Seed: 1, Schedules: b.N, Allowed: []Allowed{{Invariant: Recovers, Reason: "it is the rate that counts"}}})
	if err != nil || report.Schedules != b.N {
		b.Fatalf("got %+v, %v", report, err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "schedules/s")
}

// BenchmarkStates counts the distinct states that 1,000 schedules of a pair
// reach with feedback, over those that 1,000 drawn ones do, on average of three
// hunts.
func BenchmarkStates(b *testing.B) { countStates(b, parse(b, pair), 1000) }

// BenchmarkStatesBalanced does so with 300 schedules of three self-balanced
// members, each of which takes as long as six of a pair.
func BenchmarkStatesBalanced(b *testing.B) {
	s, err := scenarios.Load("testdata/planted/table-not-merged.yaml")
	if err != nil {
		b.Fatal(err)
	}
	countStates(b, s, 300)
}

func countStates(b *testing.B, s *scenarios.Scenario, schedules int) {
	for b.Loop() {
		var states [2]int
		for seed := uint64(1); seed <= 3; seed++ {
			for i, random := range []bool{false, true} {
				r, err := Run(context.Background(), s, Options{Seed: seed, Schedules: schedules, Random: random})
				if err != nil {
					b.Fatal(err)
				}
				states[i] += r.States
			}
		}
		b.ReportMetric(float64(states[0])/3, "states")
		b.ReportMetric(float64(states[0])/float64(states[1]), "x-random")
	}
}
