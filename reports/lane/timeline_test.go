package lane

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

func at(seconds int, node string, what event.Body) event.Event {
	return event.Event{At: time.Duration(seconds) * time.Second, Node: node, What: what}
}

// TestLanesFollowTheFile: lanes stand in the order of the nodes, addresses in
// that of who had them first, and what the file does not name comes last.
func TestLanesFollowTheFile(t *testing.T) {
	r := &reports.Result{Nodes: []string{"zoe", "mia", "adam"}, Simulated: time.Minute, Events: []event.Event{
		at(1, "adam", event.StandbyChanged{Interface: "lan", To: "Listen"}),
		at(1, "zoe", event.StandbyChanged{Interface: "lan", To: "Listen"}),
		at(2, "adam", event.VIPGained{Interface: "lan", VIP: "192.0.2.1"}),
		at(2, "zoe", event.VIPGained{Interface: "lan", VIP: "192.0.2.2"}),
		at(3, "bob", event.RequestSent{}),
		at(3, "mia", event.RequestSent{}),
	}}
	labels := func(lanes []*Lane) (all []string) {
		for _, l := range lanes {
			all = append(all, l.Label)
		}
		return all
	}
	got := New(r)
	for _, c := range []struct {
		got  []*Lane
		want []string
	}{
		{got.Members, []string{"zoe", "adam"}},
		{got.Addresses, []string{"192.0.2.2", "192.0.2.1"}},
		{got.Clients, []string{"mia", "bob"}},
	} {
		if diff := cmp.Diff(c.want, labels(c.got)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

// TestFaultsEnd: a fault lasts until it is healed, replaced or the run ends;
// one that cannot be undone has no length.
func TestFaultsEnd(t *testing.T) {
	r := &reports.Result{Simulated: time.Minute, Events: []event.Event{
		at(1, "", event.FaultApplied{Fault: "pull a.lan"}),
		at(2, "", event.FaultApplied{Fault: "hog a service 50%"}),
		at(3, "", event.FaultApplied{Fault: "hog a service 100%"}),
		at(4, "", event.FaultHealed{Fault: "pull a.lan"}),
		at(5, "", event.FaultApplied{Fault: "plug b.lan"}),
	}}
	want := []Fault{
		{At: 1 * time.Second, Until: 4 * time.Second, Line: "pull a.lan", Healed: true},
		{At: 2 * time.Second, Until: 3 * time.Second, Line: "hog a service 50%"},
		{At: 3 * time.Second, Until: time.Minute, Line: "hog a service 100%"},
		{At: 5 * time.Second, Until: 5 * time.Second, Line: "plug b.lan"},
	}
	if diff := cmp.Diff(want, New(r).Faults, cmpopts.IgnoreUnexported(Fault{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
