package trial

import (
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/incidents"
)

// TestLibraryIsNotLarge: nobody has to confirm a run of the library, even the
// slow ones, four at once.
func TestLibraryIsNotLarge(t *testing.T) {
	library, err := incidents.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range library {
		all, err := s.Expand()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			if what := EstimateOf(v).Large(4); what != "" {
				t.Errorf("%s: %s", v.Title(), what)
			}
		}
	}
}

// TestLarge: what is large is said in words: many requests, many connections,
// or many at once.
func TestLarge(t *testing.T) {
	const text = `duration: DURATION
segments: {lan: {}}
nodes:
  web: {backend: {}, nics: {lan: 192.0.2.50/24}}
  c1: {client: {target: "http://192.0.2.50/", RATE}, nics: {lan: 192.0.2.201/24}}
`
	for _, c := range []struct {
		duration, rate string
		atOnce         int
		want           string
	}{
		{"90s", "rate: 20/s", 1, ""},
		{"10h", "rate: 100/s, mode: keep-alive", 1, "about 2m40s of computing"},
		{"90s", "rate: 100/s, mode: long-lived, connections: 80000", 1, "about 2.5 GB of memory"},
		{"90s", "rate: 100/s, mode: long-lived, connections: 30000", 2, ""},
		{"90s", "rate: 100/s, mode: long-lived, connections: 30000", 3, "about 2.8 GB of memory"},
		{"10h", "users: 90000, think: 10s, mode: keep-alive", 1, "of computing and about 2.8 GB of memory"},
	} {
		s := parse(t, "x", strings.NewReplacer("DURATION", c.duration, "RATE", c.rate).Replace(text))
		got := EstimateOf(s).Large(c.atOnce)
		if !strings.HasSuffix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s, %s, %d at once: got %q, want %q", c.duration, c.rate, c.atOnce, got, c.want)
		}
	}
}

// BenchmarkEstimate is what every run takes longer to start.
func BenchmarkEstimate(b *testing.B) {
	s, err := Open("cable-pull")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		EstimateOf(s.Scenario)
	}
}
