package oracle

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// exchanged is what happens to the documents of a partner and of two members
// with a store each.
func exchanged() *log {
	l := &log{}
	at := l.at
	sent := func(node, id string, attempt int) { at(0, node, event.DocumentSent{Message: id, Attempt: attempt}) }
	arrived := func(node, id, outcome string) {
		at(0, node, event.DocumentArrived{Message: id, Outcome: outcome})
	}
	receipt := func(node, id, outcome string) {
		at(0, node, event.ReceiptArrived{Message: id, Outcome: outcome})
	}
	ended := func(node, id, state string) { at(0, node, event.DocumentEnded{Message: id, State: state}) }

	// As it should be.
	sent("p1", "1", 1)
	arrived("a", "1", "processed")
	receipt("p1", "1", "matched")
	ended("p1", "1", "acknowledged")
	at(0, "p1", event.StatusArrived{Message: "1", Status: "Processed"})
	at(0, "p1", event.StatusArrived{Message: "1", Status: "NotRecognized"}) // of b
	at(0, "p1", event.StatusArrived{Message: "1", Failure: "timeout"})
	// Accepted by the other member as well, recognised by both, and by one that
	// has forgotten it.
	sent("p1", "2", 1)
	arrived("a", "2", "processed")
	sent("p1", "2", 2)
	arrived("b", "2", "processed")
	arrived("b", "2", "duplicate")
	arrived("a", "2", "duplicate")
	arrived("b", "2", "processed")
	receipt("p1", "2", "matched")
	receipt("p1", "2", "repeated")
	ended("p1", "2", "acknowledged")
	// Never there.
	sent("p1", "3", 1)
	at(0, "p1", event.DocumentUndelivered{Message: "3", Attempt: 1, Failure: "timeout"})
	sent("p1", "3", 2)
	arrived("a", "3", "refused")
	at(0, "p1", event.StatusArrived{Message: "3", Status: "NotRecognized"}) // and right
	ended("p1", "3", "failed")
	// Under way.
	sent("p1", "4", 1)
	// Its receipt comes to the other member, and the last one too late.
	sent("a", "5", 1)
	arrived("p1", "5", "processed")
	receipt("b", "5", "unknown")
	sent("a", "5", 2)
	arrived("p1", "5", "duplicate")
	ended("a", "5", "failed")
	receipt("a", "5", "late")
	// No room.
	at(0, "a", event.DocumentUndelivered{Message: "6", Failure: "store-full"})
	at(0, "a", event.StoreChanged{Service: "b2b", State: "full", Documents: 2})
	at(0, "a", event.StoreChanged{Service: "b2b", State: "room", Documents: 1})
	at(0, "a", event.StoreStatus{Service: "b2b", Documents: 1, Waiting: 1, Limit: 2})
	arrived("a", "of a stranger", "processed")
	return l
}

// TestExchanges: each of these documents counts where it should.
func TestExchanges(t *testing.T) {
	m := Measure(exchanged().in(), paper(10*time.Second))
	same(t, "exchanges", m.Exchanges, []Exchange{
		{
			From: "a", Sent: 1, Once: 1, Recognised: 1, Unsent: 1, Retransmissions: 1, Needless: 1, Failed: 1, FalselyFailed: 1,
			Late: 1, Wrong: 1, Split: 1,
		},
		{
			From: "p1", Sent: 4, Once: 1, Twice: 1, Elsewhere: 1, Again: 1, Recognised: 2, Refused: 1, Lost: 1, Retransmissions: 2,
			Needless: 1, Acknowledged: 2, Failed: 1, Open: 1, Matched: 2, Late: 1, Asked: 4, StatusWrong: 1, StatusMissing: 1, Split: 1,
		},
	})
	same(t, "stores", m.Stores, []PersistenceStore{{Node: "a", Service: "b2b", Full: 1, Documents: 1, Waiting: 1}})
	for _, table := range []Table{exchangeTable(&m), storeTable(&m)} {
		for _, row := range table.Rows {
			if len(row.Figures) != len(table.Columns) {
				t.Errorf("%s of %s: %d figures, want %d", table.Title, row.Of, len(row.Figures), len(table.Columns))
			}
		}
	}
}

// TestProcessedOnce: the same machine, while it has the document in its store.
func TestProcessedOnce(t *testing.T) {
	arrived := func(outcome string) event.Body {
		return event.DocumentArrived{Message: "<1@p1>", From: "p1", Outcome: outcome}
	}
	once := func() *log { return (&log{}).at(1, "a", arrived("processed")) }
	check(t, "processed-once", Facts{Duration: 100 * time.Second}, []breach{
		{"recognised", once().at(2, "a", arrived("duplicate")), 0, ""},
		{"by another machine", once().at(2, "b", arrived("processed")), 0, ""},
		{"another document", once().at(2, "a", event.DocumentArrived{Message: "<2@p1>", From: "p1", Outcome: "processed"}), 0, ""},
		{"forgotten", once().at(2, "a", event.DocumentForgotten{Message: "<1@p1>"}).at(3, "a", arrived("processed")), 0, ""},
		{"forgotten by another machine", once().at(2, "b", event.DocumentForgotten{Message: "<1@p1>"}).at(3, "a", arrived("processed")), 3, "a processed a document of p1 again, which it has in its store since 1s"},
	})
}
