package text

import "github.com/cablepull/cablepull/sim/event"

// describeDatabase describes databases, pools and tellers. What a teller was
// told is worth a line only if it was not ok.
func describeDatabase(body event.Body) (note, bool) {
	switch b := body.(type) {
	case event.DatabaseChanged:
		how := plain
		if b.State == "stopped" || b.State == "degraded" {
			how = bad
		}
		return say(how, "database: %s, %s", b.State, b.Reason), true
	case event.DatabaseFollowed:
		if b.Lost > 0 {
			return say(bad, "database: follows %s, and loses %s that only it had", b.Primary, count(b.Lost, "transaction")), true
		}
		return say(plain, "database: follows %s", b.Primary), true
	case event.DatabaseRefused:
		return gather("database: %s", b.Reason), true
	case event.PoolFailed:
		return gather("pool: %s: %s", b.Database, b.Reason), true
	case event.TellerDone:
		return gather("%s of %s is %s: %s", b.Verb, b.Key, b.Outcome, b.Reason), b.Outcome != "ok"
	}
	return note{}, false
}
