package oracle

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// TestActivities: what two members did counts as twice, what a restarted one
// did again does not, and a machine without power coordinates nothing.
func TestActivities(t *testing.T) {
	at := func(s int, node string, what event.Body) event.Event {
		return event.Event{At: time.Duration(s) * time.Second, Node: node, What: what}
	}
	is := event.ClusterCoordinatorChanged{Coordinator: true}
	did := func(n uint64) event.Body { return event.ClusterActivityExecuted{Activity: n} }
	f := newActivities(nil)
	for _, e := range []event.Event{
		at(5, "a", is), at(10, "a", did(1)), at(20, "a", did(2)), at(25, "b", is), at(30, "a", did(3)), at(30, "b", did(3)),
		at(31, "a", did(3)), at(35, "a", event.PowerChanged{State: event.PowerOff}), at(60, "b", did(6)), at(70, "a", is), at(75, "b", event.ClusterCoordinatorChanged{}),
	} {
		f.Observe(e)
	}
	f.Finish(80 * time.Second)
	var m Measures
	f.record(&m)
	if want := []Activities{{Executed: 4, Twice: 1, Missed: 2, Split: 15 * time.Second}}; !slices.Equal(m.Activities, want) {
		t.Errorf("got %+v, want %+v", m.Activities, want)
	}
	box := newActivities(nil)
	for _, e := range []event.Event{
		at(5, "box", event.ClusterCoordinatorChanged{Coordinator: true, Instance: "am1"}), at(5, "box", event.ClusterCoordinatorChanged{Coordinator: true, Instance: "am2"}),
		at(10, "box", event.ClusterActivityExecuted{Activity: 1, Instance: "am1"}), at(10, "box", event.ClusterActivityExecuted{Activity: 1, Instance: "am2"}),
		at(15, "box", event.PowerChanged{State: event.PowerOff}),
	} {
		box.Observe(e)
	}
	box.Finish(80 * time.Second)
	box.record(&m)
	if want := []Activities{{Executed: 1, Twice: 1, Split: 10 * time.Second}}; !slices.Equal(m.Activities, want) {
		t.Errorf("two members on one machine: got %+v, want %+v", m.Activities, want)
	}
	none := newActivities(nil)
	none.Finish(time.Second)
	if none.record(&m); len(m.Activities) != 0 {
		t.Errorf("without a cluster: got %+v", m.Activities)
	}
}
