package oracle

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
)

// TestBystanders take nothing from requests: a run has the same measures and
// violations when the oracle passes every event to every fold.
func TestBystanders(t *testing.T) {
	events := asked()
	some, all := New(Facts{}), New(Facts{})
	if len(some.involved) >= len(some.folds) {
		t.Fatal("no fold is a bystander")
	}
	all.involved = all.folds
	seen := 0
	for _, e := range events {
		some.Observe(e)
		all.Observe(e)
		if ofRequest(e) {
			seen++
		}
	}
	got, broken, _ := some.Finish(context.Background())
	want, brokenToo, _ := all.Finish(context.Background())
	if diff := cmp.Diff(want, got) + cmp.Diff(brokenToo, broken); diff != "" || seen < 4 {
		t.Errorf("%d events of requests; with bystanders (-told everything +ours):\n%s", seen, diff)
	}
}

// asked is a takeover while a client asks.
func asked() []event.Event {
	var all []event.Event
	add := func(at int, node string, what event.Body) {
		all = append(all, event.Event{At: time.Duration(at) * time.Second, Node: node, What: what})
	}
	add(0, "a", event.VIPGained{Interface: "lan", VIP: "192.0.2.100"})
	for i := range 10 {
		add(2*i+1, "c1", event.RequestSent{Request: uint64(i + 1), Attempt: 1})
		switch {
		case i == 4:
			add(2*i+1, "", event.FaultApplied{Fault: "crash a"})
			add(2*i+1, "a", event.PowerChanged{State: event.PowerCrashed})
			fallthrough
		case i == 5:
			add(2*i+2, "c1", event.RequestFailed{Request: uint64(i + 1), Failure: "timeout"})
		default:
			add(2*i+2, "c1", event.RequestAnswered{Request: uint64(i + 1), By: "a"})
		}
	}
	return all
}
