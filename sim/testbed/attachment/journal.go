//go:build linux

package attachment

import (
	"sync"
	"time"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// Journal takes the events of the node processes, each on the goroutine that
// listens to it, until they are merged into the log, which is the loop's. Its
// roster knows what must be said for a node when that is killed.
type Journal struct {
	mu     sync.Mutex
	events []event.Event
	roster *oracle.Roster
	lastAt map[string]time.Duration // by node: instant of its last event
}

// Add enters an event of a node.
func (j *Journal) Add(e event.Event) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.add(e)
}

func (j *Journal) add(e event.Event) {
	if j.roster == nil {
		j.roster, j.lastAt = oracle.NewRoster(oracle.Facts{}), map[string]time.Duration{}
	}
	j.events = append(j.events, e)
	j.roster.Observe(e)
	j.lastAt[e.Node] = max(j.lastAt[e.Node], e.At)
}

// Killed enters what a machine that was killed cannot report: that its virtual
// IPs are gone, and that it has crashed. The instant is at, or that of the last
// event of the process if the kernel took a while to end it.
func (j *Journal) Killed(node string, at time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.roster != nil {
		at = max(at, j.lastAt[node])
		for _, m := range j.roster.Entries() {
			for m.Node == node && len(m.Held) > 0 {
				j.add(event.Event{At: at, Node: node, What: event.VIPLost{Interface: m.Interface, VIP: m.Held[0]}})
			}
		}
	}
	j.add(event.Event{At: at, Node: node, What: event.PowerChanged{State: event.PowerCrashed}})
}

// Take returns the events since the last call.
func (j *Journal) Take() []event.Event {
	j.mu.Lock()
	defer j.mu.Unlock()
	events := j.events
	j.events = nil
	return events
}

// End drops what happened after the end of the run: nodes run on until they are
// asked to finish. What they then say of themselves, their last words, gets the
// instant of the end.
func (j *Journal) End(at time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	kept, last := j.events[:0], event.LastWords()
	for _, e := range j.events {
		switch b := e.What.(type) {
		case event.RequestWaiting:
			b.Waited -= e.At - at
			if b.Waited < 0 {
				continue // it came due after the end
			}
			e.What = b
		case event.TellerDone:
			if e.At > at && b.Began <= at {
				e = event.Event{At: at, Node: e.Node, What: underWay(b)}
			}
		}
		if last.Has(e.What) {
			e.At = at
		}
		if e.At <= at {
			kept = append(kept, e)
		}
	}
	j.events = kept
}

// underWay is an operation that had not ended when the run did, whatever became
// of it.
func underWay(d event.TellerDone) event.TellerDone {
	d.Outcome, d.Reason = "unknown", "the run has ended"
	if d.Verb == "read" {
		d.Value = ""
	}
	return d
}
