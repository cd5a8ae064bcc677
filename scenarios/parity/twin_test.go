package parity

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/oracle"
)

// twins is a scenario whose client c1 is held against c2.
const twins = `name: twins
duration: 10s
segments: {lan: {}}
nodes:
  web: {nics: {lan: 192.0.2.11/24}, backend: {}}
  c1: {nics: {lan: 192.0.2.201/24}, client: {target: "http://192.0.2.11/", rate: 20/s}}
  c2: {nics: {lan: 192.0.2.202/24}, client: {target: "http://192.0.2.11/", rate: 20/s}}
twin:
  compare: {c1: c2}
  why:
    - {of: c1, figure: latency-slowest, reason: machine-load}
`

// TestTwin walks through what two clients measured, and what is said of it. At
// 20/s three requests come due in the tolerance of 150 ms.
func TestTwin(t *testing.T) {
	s, err := scenarios.Parse("twins.yaml", []byte(twins))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		ok       int
		slowest  time.Duration
		problems string // the IDs that need a reason and have none
		needless string
	}{
		{"the same", 100, time.Second, "", "latency-slowest"},
		{"within the tolerance", 103, 1150 * time.Millisecond, "", "latency-slowest"},
		{"more answers than may be", 104, time.Second, "requests-ok", "latency-slowest"},
		{"slower, for a reason", 100, 1151 * time.Millisecond, "", ""},
	} {
		o := &scenarios.Outcome{Measures: oracle.Measures{Requests: []oracle.Requests{
			{Client: "c1", Sent: 200, OK: c.ok, LatencyMax: c.slowest},
			{Client: "c2", Sent: 200, OK: 100, LatencyMax: time.Second},
		}}}
		twin := Twin(s, o, Other{s, o})
		var problems, needless []string
		for _, r := range twin.Rows {
			if r.Problem != "" {
				problems = append(problems, r.ID)
			}
			if r.Needless() {
				needless = append(needless, r.ID)
			}
		}
		if got := strings.Join(problems, " "); got != c.problems {
			t.Errorf("%s: got problems %q, want %q", c.name, got, c.problems)
		}
		if got := strings.Join(needless, " "); got != c.needless {
			t.Errorf("%s: got needless %q, want %q", c.name, got, c.needless)
		}
		passed := true
		for _, e := range twin.Judgement() {
			passed = passed && e.Passed
		}
		if passed != (c.problems == "") {
			t.Errorf("%s: passed: got %v", c.name, passed)
		}
	}
}

// TestTwinOfNothing: a figure that only one of the two has needs a reason,
// unless it is zero.
func TestTwinOfNothing(t *testing.T) {
	s, err := scenarios.Parse("twins.yaml", []byte(twins))
	if err != nil {
		t.Fatal(err)
	}
	o := &scenarios.Outcome{Measures: oracle.Measures{Requests: []oracle.Requests{{Client: "c1", Sent: 2, OK: 2}}}}
	for _, r := range Twin(s, o, Other{s, o}).Rows {
		if want := r.Here != 0; r.Differs != want || r.In != reports.InReal {
			t.Errorf("%s: got %v in %s, want %v in %s", r.ID, r.Differs, r.In, want, reports.InReal)
		}
	}
}

// TestTwinProblems: what is wrong with a twin is said with its place.
func TestTwinProblems(t *testing.T) {
	for _, c := range []struct{ was, is, want string }{
		{"compare: {c1: c2}", "compare: {c9: c2}", "twin.compare.c9: got c9, want c1, c2 or web"},
		{"compare: {c1: c2}", "compare: {c1: c9}", "twin.compare.c1: got c9, want c1, c2 or web"},
		{"of: c1", "of: c2", "twin.why.0.of: got c2, want c1"},
		{"latency-slowest", "latency-worst", "twin.why.0.figure: got latency-worst, want"},
		{"machine-load", "bad-luck", `twin.why.0.reason: got "bad-luck", want connection-handling`},
		{"reason: machine-load", "reason: \"\"", "twin.why.0.reason"},
	} {
		_, err := scenarios.Parse("twins.yaml", []byte(strings.Replace(twins, c.was, c.is, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.is, err, c.want)
		}
	}
}
