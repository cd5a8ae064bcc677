package jms

import (
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Walk is the order in which the brokers of a list are tried, and how long to
// wait before each attempt. It begins at the broker that was connected last. A
// broker is tried once and then as often as its retries say, with its connect
// delay before each of these; then comes the next one. When all have been
// tried, the list is begun again as often as the cycle count says.
type Walk struct {
	list    []topology.BrokerAddress
	cycles  int
	at      int // the broker that is tried
	tried   int // attempts at it
	visited int // brokers of this cycle that are used up
	cycle   int
}

// NewWalk returns a walk at the first broker of a complete configuration.
func NewWalk(cfg topology.Brokers) Walk { return Walk{list: cfg.List, cycles: *cfg.CycleCount} }

// Next returns the broker to try, by its place in the list, and how long to
// wait before; false: all attempts have failed, and the next call begins a new
// walk.
func (w *Walk) Next() (broker int, delay time.Duration, ok bool) {
	for w.tried > *w.list[w.at].Retries {
		w.at, w.tried = (w.at+1)%len(w.list), 0
		if w.visited++; w.visited < len(w.list) {
			continue
		}
		w.visited = 0
		if w.cycle++; w.cycle > w.cycles {
			w.cycle = 0
			return 0, 0, false
		}
	}
	if w.tried > 0 {
		delay = w.list[w.at].ConnectDelay
	}
	w.tried++
	return w.at, delay, true
}

// Connected says that the last attempt was good: the next walk begins there.
func (w *Walk) Connected() { w.tried, w.visited, w.cycle = 0, 0, 0 }

// Return makes the next walk begin at the first broker.
func (w *Walk) Return() {
	w.Connected()
	w.at = 0
}

// At returns the broker that is tried or connected.
func (w *Walk) At() int { return w.at }
