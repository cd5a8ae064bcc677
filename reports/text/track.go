package text

import "github.com/cablepull/cablepull/sim/event"

// describeTrack says what a tracked object does to its member.
func describeTrack(b event.TrackChanged) note {
	if b.State == event.TrackUp {
		if b.Fault {
			return say(plain, "%s: %s works again; another object keeps it out of the group", b.Interface, b.Object)
		}
		return say(good, "%s: %s works again: takes part with priority %d", b.Interface, b.Object, b.Priority)
	}
	if b.Fault {
		return say(bad, "%s: %s fails, %s: takes no part in the group", b.Interface, b.Object, b.Reason)
	}
	return say(warn, "%s: %s fails, %s: priority %d", b.Interface, b.Object, b.Reason, b.Priority)
}
