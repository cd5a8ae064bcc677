package parity

import (
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// saying is a scenario whose program c1 is held against a queue.
const saying = `name: saying
duration: 10s
segments: {lan: {}}
nodes:
  c1: {nics: {lan: 192.0.2.201/24}, exec: {run: [publish], watch: lost}}
twin:
  scenario: crash
  said:
    - {of: c1, line: "^lost ([0-9]+)", figure: messages-lost, with: queue orders, within: 2}
`

func parsed(t *testing.T, text string) *scenarios.Scenario {
	t.Helper()
	s, err := scenarios.Parse("saying.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSaid walks through what a program said and what its twin lost.
func TestSaid(t *testing.T) {
	const reason = "\n  why: [{of: c1, figure: messages-lost, reason: driver-retries}]\n"
	for _, c := range []struct {
		name    string
		lines   string // of c1, with commas between
		queue   string
		lost    int
		why     string
		in      reports.Worlds
		problem bool
	}{
		{"as many", "lost 7", "queue orders", 7, "", reports.InBoth, false},
		{"within", "lost 9", "queue orders", 7, "", reports.InBoth, false},
		{"more", "lost 10", "queue orders", 7, "", reports.InBoth, true},
		{"fewer", "lost 4", "queue orders", 7, "", reports.InBoth, true},
		{"more, for a reason", "lost 10", "queue orders", 7, reason, reports.InBoth, false},
		{"the largest of several", "lost 3,lost 8,lost 1", "queue orders", 7, "", reports.InBoth, false},
		{"nothing said, none lost", "", "queue orders", 0, "", reports.InTwin, true},
		{"another line", "sent 7", "queue orders", 0, "", reports.InTwin, true},
		{"none lost, another queue", "lost 0", "queue events", 0, "", reports.InReal, true},
	} {
		s := parsed(t, strings.TrimSuffix(saying, "\n")+c.why)
		var events []event.Event
		for _, line := range strings.Split(c.lines, ",") {
			events = append(events, event.Event{At: time.Second, Node: "c1", What: event.ProgramSaid{Program: "publish", Line: line}})
		}
		events = append(events, event.Event{At: time.Second, Node: "c2", What: event.ProgramSaid{Program: "publish", Line: "lost 99"}})
		o := &scenarios.Outcome{Events: event.RecordOf(events)}
		there := &scenarios.Outcome{Measures: oracle.Measures{Deliveries: []oracle.Delivery{{Address: c.queue, Lost: c.lost}}}}
		rows := Twin(s, o, Other{s, there}).Rows
		if len(rows) != 1 {
			t.Fatalf("%s: got %d rows, want 1", c.name, len(rows))
		}
		if r := rows[0]; r.In != c.in || (r.Problem != "") != c.problem || r.Measure != "messages lost" {
			t.Errorf("%s: got %+v, want it in %s, a problem: %v", c.name, r, c.in, c.problem)
		}
	}
}

// TestSaidProblems: a count that cannot be compared is refused with its place.
func TestSaidProblems(t *testing.T) {
	parsed(t, saying)
	for _, c := range []struct{ was, is, want string }{
		{"of: c1", "of: c2", "twin.said.0.of: got c2, want a node with exec"},
		{", watch: lost", "", "twin.said.0.of: the output of c1 is not recorded"},
		{"([0-9]+)", "[0-9]+", "twin.said.0.line: got \"^lost [0-9]+\", want parentheses around the count"},
		{"([0-9]+)", "([0-9]+", "twin.said.0.line: got \"^lost ([0-9]+\", want a regular expression"},
		{"messages-lost", "messages-lots", `twin.said.0.figure: got messages-lots, want`},
		{"messages-lost", "latency-slowest", "twin.said.0.figure: got latency-slowest, want"},
		{", with: queue orders", "", "twin.said.0: with is missing"},
		{"within: 2", "within: -2", "twin.said.0.within"},
	} {
		_, err := scenarios.Parse("saying.yaml", []byte(strings.Replace(saying, c.was, c.is, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.is, err, c.want)
		}
	}
}
