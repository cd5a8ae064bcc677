package text

import "github.com/cablepull/cablepull/sim/event"

// describeGroup is about load-balancer groups. It leaves out figures, which
// measures show.
func describeGroup(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.LBMemberChanged:
		how := bad
		switch b.To {
		case "up":
			how = good
		case "softdown", "disabled":
			how = warn
		case "":
			return say(warn, "group %s: %s has left: %s", b.Group, b.Member, b.Reason), true
		}
		return say(how, "group %s: %s is %s: %s", b.Group, b.Member, b.To, b.Reason), true
	case event.LBAttemptFailed:
		if b.Stage == event.StageConnect {
			return gather("group %s: no connection to %s: %s", b.Group, b.Member, b.Failure), true
		}
		return gather("group %s: %s does not answer: %s", b.Group, b.Member, b.Failure), true
	case event.LBRefused:
		if b.Attempts == 0 {
			return gather("group %s: answers with an error at once: %s", b.Group, b.Reason), true
		}
		return gather("group %s: answers with an error: %s", b.Group, b.Reason), true
	case event.CellChanged:
		return say(good, "group %s: the cell lists %s (generation %d): %s", b.Group, b.Members, b.Generation, b.Reason), true
	case event.CellFailed:
		if b.Members == "" {
			return say(bad, "group %s: no members from the cell: %s", b.Group, b.Reason), true
		}
		return say(warn, "group %s: no news from the cell, keeps %s: %s", b.Group, b.Members, b.Reason), true
	default:
		return describeProxy(e)
	}
}
