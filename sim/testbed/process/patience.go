//go:build linux

package process

import "time"

// Patience is how long the coordinator waits for what a node process does.
type Patience struct {
	Ready   time.Duration // until it is configured
	Order   time.Duration // until it takes an order
	Ping    time.Duration // between two questions whether it lives
	Silence time.Duration // until it has answered one
	Finish  time.Duration // until it has said its last words
}

// UsualPatience is long enough for a machine that is busy with other things.
var UsualPatience = Patience{
	Ready: 15 * time.Second, Order: 5 * time.Second,
	Ping: time.Second, Silence: 10 * time.Second, Finish: 5 * time.Second,
}
