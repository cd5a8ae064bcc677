package text

import "github.com/cablepull/cablepull/sim/event"

// describeBalancer is about balancers in front of other machines.
func describeBalancer(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.BalancerMemberChanged:
		how := warn
		switch b.State {
		case "up":
			how = good
		case "down":
			how = bad
		}
		return say(how, "%s is %s: %s", b.Member, b.State, b.Reason), true
	case event.BalancerAttemptFailed:
		if b.Stage == event.StageConnect {
			return gather("no connection to %s: %s", b.Member, b.Failure), true
		}
		return gather("%s does not answer: %s", b.Member, b.Failure), true
	case event.BalancerRefused:
		return gather("turns a client away: %s", b.Reason), true
	default:
		return describeAPIM(e)
	}
}
