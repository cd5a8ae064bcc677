package event

import "time"

// PathChanged: what a client asks an address now arrives at another machine
// than before, or is lost, or its answers are. Only segments that want an
// answer count: those that open a connection or carry data. Node is the client.
type PathChanged struct {
	IP         string        // the address it asks
	Via        string        // the machine that sent the segment last: the client or a router
	To         string        // where it arrived, or should have; empty: unknown
	Lost       string        // why it is lost; empty: it arrived
	Answers    bool          // the answers of To are lost
	PreviousAt time.Duration // of the last segment that went as before; 0: none
}

// Kind implements Body.
func (PathChanged) Kind() string { return "path-changed" }
