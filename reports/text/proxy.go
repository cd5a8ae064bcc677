package text

import "github.com/cablepull/cablepull/sim/event"

// clientGone is the status of a request whose client has gone.
const clientGone = 499

// describeProxy is about proxies and the servers of their upstreams.
func describeProxy(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.ProxyPeerChanged:
		switch b.State {
		case "down":
			return say(bad, "worker %d leaves %s alone: %s", b.Worker, b.Peer, b.Reason), true
		case "trying":
			return say(warn, "worker %d tries %s again", b.Worker, b.Peer), true
		}
		return say(good, "worker %d has an answer of %s again", b.Worker, b.Peer), true
	case event.ProxyAttemptFailed:
		if b.Stage == event.StageConnect {
			return gather("no connection to %s: %s", b.Peer, b.Reason), true
		}
		return gather("no answer of %s: %s", b.Peer, b.Reason), true
	case event.ProxyRefused:
		if b.Status == clientGone {
			return gather("a client has gone before it was answered"), true
		}
		return gather("answers %d itself: %s", b.Status, b.Reason), true
	default:
		return describeMessaging(e)
	}
}
