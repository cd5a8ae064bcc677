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
