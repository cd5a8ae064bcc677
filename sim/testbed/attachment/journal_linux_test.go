package attachment

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// TestJournalEnds: what a node did after the end of the run is not in the
// journal, its last words are, at the end.
func TestJournalEnds(t *testing.T) {
	const end = 90 * time.Second
	var j Journal
	for _, e := range []event.Event{
		{At: end - 1, Node: "a", What: event.RequestSent{Request: 1}},
		{At: end, Node: "a", What: event.RequestSent{Request: 2}},
		{At: end + 1, Node: "a", What: event.RequestSent{Request: 3}},
		{At: end + time.Millisecond, Node: "b", What: event.StandbyStatus{Interface: "lan"}},
		{At: end + time.Millisecond, Node: "b", What: event.BalanceStatus{Interface: "lan"}},
		{At: end + 2, Node: "c", What: event.RequestWaiting{Request: 4, Waited: time.Second}},
		{At: end + 2, Node: "c", What: event.RequestWaiting{Request: 5, Waited: 2}},
		{At: end + 2, Node: "c", What: event.RequestWaiting{Request: 6, Waited: 1}}, // due after the end
		{At: end + 3, Node: "mq", What: event.BrokerStatus{Queue: "orders", Messages: 7}},
		{At: end + 3, Node: "mq", What: event.StoreStatus{Service: "partner", Documents: 8}},
		{At: end - 2, Node: "t1", What: event.TellerDone{Clerk: 1, Verb: "read", Value: "x", Began: end - 9, Outcome: "ok"}},
		{At: end + 4, Node: "t1", What: event.TellerDone{Clerk: 2, Verb: "read", Value: "x", Began: end - 9, Outcome: "ok"}},
		{At: end + 4, Node: "t1", What: event.TellerDone{Clerk: 3, Verb: "write", Value: "y", Began: end, Outcome: "failed", Reason: "x"}},
		{At: end + 4, Node: "t1", What: event.TellerDone{Clerk: 4, Verb: "write", Value: "z", Began: end + 1, Outcome: "ok"}}, // began after the end
	} {
		j.Add(e)
	}
	j.End(end)
	want := []event.Event{
		{At: end - 1, Node: "a", What: event.RequestSent{Request: 1}},
		{At: end, Node: "a", What: event.RequestSent{Request: 2}},
		{At: end, Node: "b", What: event.StandbyStatus{Interface: "lan"}},
		{At: end, Node: "b", What: event.BalanceStatus{Interface: "lan"}},
		{At: end, Node: "c", What: event.RequestWaiting{Request: 4, Waited: time.Second - 2}},
		{At: end, Node: "c", What: event.RequestWaiting{Request: 5, Waited: 0}},
		{At: end, Node: "mq", What: event.BrokerStatus{Queue: "orders", Messages: 7}},
		{At: end, Node: "mq", What: event.StoreStatus{Service: "partner", Documents: 8}},
		{At: end - 2, Node: "t1", What: event.TellerDone{Clerk: 1, Verb: "read", Value: "x", Began: end - 9, Outcome: "ok"}},
		{At: end, Node: "t1", What: event.TellerDone{Clerk: 2, Verb: "read", Began: end - 9, Outcome: "unknown", Reason: "the run has ended"}},
		{At: end, Node: "t1", What: event.TellerDone{Clerk: 3, Verb: "write", Value: "y", Began: end, Outcome: "unknown", Reason: "the run has ended"}},
	}
	if got := j.Take(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestJournalSpeaksForTheDead: of a machine that was killed it says that its
// virtual IPs are gone and that it has crashed, not before the last thing that
// the machine did.
func TestJournalSpeaksForTheDead(t *testing.T) {
	const killed, last = 40 * time.Second, 40*time.Second + time.Millisecond
	var j Journal
	for _, e := range []event.Event{
		{At: time.Second, Node: "a", What: event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}},
		{At: time.Second, Node: "a", What: event.VIPGained{Interface: "lan", VIP: "192.0.2.101"}},
		{At: 2 * time.Second, Node: "a", What: event.VIPLost{Interface: "lan", VIP: "192.0.2.100"}},
		{At: last, Node: "a", What: event.RequestServed{Request: 1}},
	} {
		j.Add(e)
	}
	j.Take()
	j.Killed("a", killed)
	want := []event.Event{
		{At: last, Node: "a", What: event.VIPLost{Interface: "lan", VIP: "192.0.2.101"}},
		{At: last, Node: "a", What: event.PowerChanged{State: event.PowerCrashed}},
	}
	if got := j.Take(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	j.Killed("b", killed) // of which nothing is known
	if got, want := j.Take(), []event.Event{{At: killed, Node: "b", What: event.PowerChanged{State: event.PowerCrashed}}}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
