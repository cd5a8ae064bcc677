package text

import "github.com/cablepull/cablepull/sim/event"

// describeExchange is about business documents. What goes well is not worth a
// line.
func describeExchange(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.DocumentSent:
		return gather("sends a document to %s again", b.To), b.Attempt > 1
	case event.DocumentUndelivered:
		return gather("document is not delivered: %s", b.Failure), true
	case event.DocumentArrived:
		switch b.Outcome {
		case "duplicate":
			return gather("recognises a document of %s that it has had before", b.From), true
		case "refused":
			return gather("refuses a document of %s: its store is full", b.From), true
		}
		return note{}, false
	case event.ReceiptSent:
		return gather("receipt is not delivered: %s", b.Failure), b.Failure != ""
	case event.ReceiptArrived:
		switch b.Outcome {
		case "unknown":
			return gather("gets a receipt for a document that it has not sent"), true
		case "late":
			return gather("gets a receipt for a document that it has given up"), true
		}
		return note{}, false
	case event.DocumentEnded:
		return gather("gives up a document after %s", count(b.Attempts, "transmission")), b.State == "failed"
	case event.StatusArrived:
		if b.Failure != "" {
			return gather("status request: %s", b.Failure), true
		}
		return gather("status of a document: %s", b.Status), b.Status == "NotRecognized"
	case event.StoreChanged:
		if b.State == "full" {
			return say(bad, "store of %s is full: %s", b.Service, count(b.Documents, "document")), true
		}
		return say(good, "store of %s has room again", b.Service), true
	case event.DocumentForgotten:
		return gather("forgets a document: %s", b.Reason), true
	default:
		return note{}, false
	}
}
