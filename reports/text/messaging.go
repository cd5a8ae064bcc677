package text

import (
	"fmt"

	"github.com/cablepull/cablepull/sim/event"
)

// describeMessaging is about brokers, their clients, and throttling.
func describeMessaging(e event.Event) (note, bool) {
	switch b := e.What.(type) {
	case event.MessageFailed:
		return gather("a message to the %s fails: %s", b.To, b.Reason), true
	case event.MessageProcessed:
		return gather("works on the queue %s", b.Queue), b.Count > 1
	case event.MessageDropped:
		return gather("drops a message of the %s: %s", b.From, b.Reason), true
	case event.BrokerRestarted:
		return say(warn, "its broker has restarted with %d messages, and lost %d", b.Kept, b.Lost), true
	case event.BrokerConnection:
		return describeBrokerConnection(b), true
	case event.ConsumerChanged:
		return describeConsumer(b), true
	case event.LeaseChanged:
		how := warn
		if b.State == "granted" {
			how = good
		}
		return say(how, "lease %s of %s (token %d): %s", b.Lease, b.Holder, b.Token, b.State), true
	case event.ConsumerFenced:
		return gather("refuses a %s of %s for the queue %s: the token is old", b.What, b.Peer, b.Queue), true
	case event.ThrottleChanged:
		if b.State == "throttled" {
			return say(good, "throttles %s", b.Key), true
		}
		return say(bad, "lets %s through: its last decision, of %s ago, is over", b.Key, short(b.Age)), true
	case event.PoliciesLoaded:
		if b.Reason != "" {
			return say(bad, "gets no policies: %s", b.Reason), true
		}
		return say(plain, "has %d policies", b.Policies), true
	default:
		return describeBalancer(e)
	}
}

func describeBrokerConnection(b event.BrokerConnection) note {
	switch b.State {
	case "connected":
		return say(plain, "%s is connected to the broker %s", b.Program, b.Broker)
	case "failed":
		return gather("%s cannot connect to the broker %s: %s", b.Program, b.Broker, b.Reason)
	case "lost":
		return say(warn, "%s has lost the broker %s: %s", b.Program, b.Broker, b.Reason)
	}
	return say(bad, "%s will not connect to a broker again", b.Program)
}

func describeConsumer(b event.ConsumerChanged) note {
	text := fmt.Sprintf("consumer of the queue %s: %s", b.Queue, b.State)
	if b.Reason != "" {
		text += ", " + b.Reason
	}
	if b.State == event.ConsumerEnabled {
		return say(good, "%s", text)
	}
	return say(warn, "%s", text)
}
