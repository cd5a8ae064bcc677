package text

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// TestCut: what differs stays, what is shared goes first.
func TestCut(t *testing.T) {
	production := []string{"datapower-production-a-eu-central", "datapower-production-b-eu-central", "c1"}
	for _, c := range []struct {
		width int
		names []string
		want  []string
	}{
		{40, production, production},
		{24, production, []string{"datapower-…-a-eu-central", "datapower-…-b-eu-central", "c1"}},
		{16, production, []string{"datapower-pr…-a…", "datapower-pr…-b…", "c1"}},
		{6, production, []string{"a", "b", "c1"}},
		{1, production, []string{"a", "b", "c"}},
		{10, []string{"dp-production-east-1", "dp-production-west-1"}, []string{"east", "west"}},
		{12, []string{"the-only-name-in-the-world"}, []string{"the-on…world"}},
		{8, []string{"client-frankfurt-1", "client-frankfurt-12"}, nil},
		{2, []string{"c1", "c2", "client-1", "client-2"}, []string{"c1", "c2", "1", "2"}},
		{3, []string{"same-name", "same-name"}, []string{"sam", "sam"}},
		{4, []string{"abcdefgh", "abcdXfgh", "abcdYfgh"}, []string{"efgh", "Xfgh", "Yfgh"}},
	} {
		got := newPage(Options{Unicode: true}).cut(c.names, c.width)
		if diff := cmp.Diff(c.want, got); c.want != nil && diff != "" {
			t.Errorf("%d, %v (-want +got):\n%s", c.width, c.names, diff)
		}
	}
}

// TestCutTellsApart: whatever the names are, they fit and stay different.
func TestCutTellsApart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`(dp|datapower|web)(-[ab]{1,9}){0,3}(-east|-west)?`), 1, 20, rapid.ID[string]).Draw(t, "names")
		p := newPage(Options{Unicode: rapid.Bool().Draw(t, "unicode")})
		width := rapid.IntRange(4, 30).Draw(t, "width")
		seen := map[string]string{}
		for i, short := range p.cut(names, width) {
			if p.width(short) > width || short == "" {
				t.Errorf("%q of %q has not 1 to %d columns", short, names[i], width)
			}
			if other := seen[short]; other != "" {
				t.Errorf("%q stands for %q and %q", short, other, names[i])
			}
			seen[short] = names[i]
		}
	})
}

// longNames is a run of five members and three clients with long names.
func longNames() *reports.Result {
	s := &script{}
	members, clients := make([]string, 5), make([]string, 3)
	for i := range members {
		members[i] = fmt.Sprintf("datapower-production-%c-eu-central", 'a'+i)
		s.state(0, members[i], "Initial", "Listen", "interface is up")
	}
	for i := range clients {
		clients[i] = fmt.Sprintf("mobile-clients-frankfurt-%d", 1+i)
	}
	a, b := members[0], members[1]
	s.state(20*time.Second, a, "Listen", "Active", "active timer expired")
	s.takes(20*time.Second, a)
	s.state(22*time.Second, b, "Listen", "Standby", "standby timer expired")
	for _, c := range clients {
		s.answers(25*time.Second, 40*time.Second, c, a)
	}
	s.at(40*time.Second, "", event.FaultApplied{Fault: "crash " + a})
	s.at(40*time.Second, a, event.PowerChanged{State: "crashed"})
	s.state(49*time.Second, b, "Standby", "Active", "active timer expired")
	s.takes(49*time.Second, b)
	s.state(49*time.Second, members[2], "Listen", "Speak", "standby timer expired")
	for _, c := range clients {
		s.answers(50*time.Second, 70*time.Second, c, b)
	}
	s.at(70*time.Second, "", event.FaultApplied{Fault: "partition " + b + " " + clients[2] + " | " + members[2]})
	s.state(79*time.Second, members[2], "Speak", "Active", "active timer expired")
	s.takes(79*time.Second, members[2])
	s.answers(71*time.Second, 100*time.Second, clients[0], b)
	r := &reports.Result{
		Scenario: "long-names", World: "virtual", Passed: true, Simulated: 100 * time.Second, Events: s.events,
		Nodes: append([]string{clients[2], clients[0], clients[1]}, members...), // the order of the file
	}
	for _, c := range clients {
		r.Measures.Outages = append(r.Measures.Outages, oracle.Outage{Client: c, From: 39502 * ms, To: 50002 * ms, Duration: 10500 * ms})
	}
	return r
}

// TestLongNames: five members and three clients can be told apart at every
// width, in the order of the file.
func TestLongNames(t *testing.T) {
	for _, width := range []int{80, 120, 200} {
		page := drawn(t, longNames(), Options{Width: width, Unicode: true})
		golden(t, fmt.Sprintf("long-names-%d.txt", width), page)
		for line := range strings.Lines(page) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width && !strings.Contains(line, "replay") {
				t.Errorf("%d columns, want %d: %s", n, width, line)
			}
		}
	}
}
