package text

import "github.com/cablepull/cablepull/sim/event"

// describeAPIM is about API managers and their users.
func describeAPIM(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.APIMChanged:
		return gather("%s: %s %s, in %s", b.Instance, b.What, b.Key, b.Store), b.What != "logged-in" && b.What != "issued"
	case event.APIMRefused:
		return gather("%s: %s answers %d: %s", b.Instance, b.Part, b.Status, b.Reason), true
	case event.APIMWarned:
		return say(warn, "%s: %s", b.Instance, b.Problem), true
	case event.PortalAnswered:
		of := b.Action
		if b.API != "" {
			of += " " + b.API
		}
		switch {
		case b.Outcome == "ok":
			return note{}, false
		case b.Status == 0:
			return gather("%s fails: %s", of, b.Reason), true
		case b.Outcome == "stale":
			return gather("%s from %s of %s lacks %s", of, b.Store, b.By, b.Reason), true
		}
		return gather("%s at %s: %s, status %d", of, b.By, b.Outcome, b.Status), true
	}
	return describeExchange(e)
}
