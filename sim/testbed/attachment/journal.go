//go:build linux

package attachment

import (
	"sync"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// Journal takes the events of the node processes, each on the goroutine that
// listens to it, until they are merged into the log, which is the loop's. It
// remembers of each node what must be said for it when it is killed.
type Journal struct {
	mu     sync.Mutex
	events []event.Event
	nodes  map[string]*record
}

// record is what the journal remembers of a node.
type record struct {
	vips   []held        // that it holds
	lastAt time.Duration // instant of its last event
}

// held is a virtual IP on an interface.
type held struct{ iface, vip string }

// Hear enters an event of a node.
func (j *Journal) Hear(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, e)
	if j.nodes == nil {
		j.nodes = map[string]*record{}
	}
	n := j.nodes[e.Node]
	if n == nil {
		n = &record{}
		j.nodes[e.Node] = n
	}
	n.lastAt = max(n.lastAt, e.At)
	switch what := e.What.(type) {
	case event.VIPGained:
		n.vips = append(n.vips, held{what.Interface, what.VIP})
	case event.VIPLost:
		for i, h := range n.vips {
			if h == (held{what.Interface, what.VIP}) {
				n.vips = append(n.vips[:i], n.vips[i+1:]...)
				break
			}
		}
	}
}

// Died enters what a machine that was killed cannot say: that its virtual IPs
// are gone, and that it has crashed. It happened at the instant at, or right
// after the last thing that the process did while the kernel came to end it.
func (j *Journal) Died(node string, at time.Duration) {
	var vips []held
	j.mu.Lock()
	if n := j.nodes[node]; n != nil {
		at = max(at, n.lastAt)
		vips = append(vips, n.vips...)
	}
	j.mu.Unlock()
	for _, h := range vips {
		j.Hear(event.Event{At: at, Node: node, What: event.VIPLost{Interface: h.iface, VIP: h.vip}})
	}
	j.Hear(event.Event{At: at, Node: node, What: event.PowerChanged{State: "crashed"}})
}

// Take hands over what has been heard since the last time.
func (j *Journal) Take() []event.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	events := j.events
	j.events = nil
	return events
}

// End drops what happened after the end of the run, for nodes go on until they
// have been told. What they say at the end is said at its instant.
func (j *Journal) End(at time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.events[:0]
	for _, e := range j.events {
		_, lastWords := e.What.(event.StandbyStatus)
		if lastWords {
			e.At = at
		}
		if e.At <= at {
			kept = append(kept, e)
		}
	}
	j.events = kept
}
