package oracle

import (
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
)

// TestByAge: each class of ages has the fates of its connections; a limit
// belongs to the older class, and classes without connections are left out.
func TestByAge(t *testing.T) {
	var events []event.Event
	at := func(at time.Duration, node string, what ...event.Body) {
		for _, b := range what {
			events = append(events, event.Event{At: at, Node: node, What: b})
		}
	}
	opened := []time.Duration{0, 50 * time.Second, 59 * time.Second, 59*time.Second + 1, 59500 * time.Millisecond}
	for i, when := range opened {
		conn := uint64(i + 1)
		at(when, "c1", event.ConnEstablished{Conn: conn, Local: "192.0.2.201:" + strconv.Itoa(i+1)})
		at(when, "a", event.ConnAccepted{Service: "web", Client: "192.0.2.201:" + strconv.Itoa(i+1)})
	}
	at(time.Minute, "", event.FaultApplied{Fault: "crash a"})
	at(61*time.Second, "c1", event.RequestSent{Request: 1, Conn: 1}, event.RequestAnswered{Request: 1, Conn: 1, By: "a"})
	at(62*time.Second, "c1", event.ConnClosed{Conn: 2, How: "reset"}, event.ConnClosed{Conn: 3, How: "reset"}, event.ConnClosed{Conn: 4, How: "reset"})
	m := Measure(events, Facts{Duration: 2 * time.Minute})
	want := []ByAge{
		{Fault: "crash a", At: time.Minute, Under: time.Second, Lost: 1, Idle: 1},
		{Fault: "crash a", At: time.Minute, From: time.Second, Under: 10 * time.Second, Lost: 1},
		{Fault: "crash a", At: time.Minute, From: 10 * time.Second, Under: time.Minute, Lost: 1},
		{Fault: "crash a", At: time.Minute, From: time.Minute, Under: 10 * time.Minute, Kept: 1},
	}
	if diff := cmp.Diff(want, m.ByAge); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	c := m.Connections[0]
	if got := [4]int{c.Kept, c.Lost, c.LostOtherwise, c.Idle}; got != [4]int{1, 3, 0, 1} {
		t.Errorf("the measure has %v", got)
	}
}
