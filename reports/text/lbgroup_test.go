package text

import (
	"testing"

	"github.com/cablepull/cablepull/sim/event"
)

// TestDescribeCell: what a group hears from its cell, in words.
func TestDescribeCell(t *testing.T) {
	for _, c := range []struct {
		body event.Body
		want string
	}{
		{event.CellChanged{Group: "app", Generation: 3, Members: "s1 10, s2 0", Reason: event.CellNews}, "group app: the cell lists s1 10, s2 0 (generation 3): changed"},
		{event.CellFailed{Group: "app", Generation: 3, Members: "s1 10", Reason: "no servers"}, "group app: no news from the cell, keeps s1 10: no servers"},
		{event.CellFailed{Group: "app", Reason: "refused"}, "group app: no members from the cell: refused"},
	} {
		n, known := describeGroup(event.Event{What: c.body})
		got := ""
		for _, s := range n.spans {
			got += s.text
		}
		if !known || got != c.want {
			t.Errorf("%s: got %q, want %q", c.body.Kind(), got, c.want)
		}
	}
	if n, known := describeGroup(event.Event{What: event.RequestSent{}}); known {
		t.Errorf("an event of a client: got %+v, want none", n)
	}
}
