package event

import "time"

// TrackChanged: an object that a member of a standby group tracks failed, or
// works again.
type TrackChanged struct {
	Interface string // of the member
	Group     uint8
	Object    string        // such as "interface wan" or "check http://127.0.0.1/"
	State     string        `words:"up,down"`
	Reason    string        // why it failed, such as timeout; empty: it works
	Since     time.Duration // instant of the first look that showed it
	Priority  uint8         // with which the member takes part now
	Fault     bool          // an object keeps it out of the group
}

// The states of a tracked object.
const (
	TrackUp   = "up"
	TrackDown = "down"
)

// Kind implements Body.
func (TrackChanged) Kind() string { return "track-changed" }
