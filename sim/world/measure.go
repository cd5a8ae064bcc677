package world

import (
	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/oracle"
	"github.com/cablepull/cablepull/sim/topology"
)

// Measure folds the events so far into measures, and checks the invariants. The
// world must keep all events: see Options.Forget.
func (w *World) Measure() (oracle.Measures, []oracle.Violation) {
	facts := FactsOf(w.topology, w.Now())
	facts.Noise = NoiseFacts(w.topology, w.noise)
	return oracle.Fold(w.Events(), facts)
}

// Usage returns what the machines of this process can say about themselves: how
// busy they have been, and how long their queues have been. It reads only, so
// the run is the same. In real time there is none.
func (w *World) Usage() (u oracle.Usage) {
	if w.loop.RealTime() {
		return u
	}
	for _, name := range topology.Names(w.nodes) {
		n := w.nodes[name]
		for _, class := range []host.Class{host.Control, host.Service} {
			cpu := n.host.CPU()
			u.Works = append(u.Works, oracle.Work{
				Node: name, Class: string(class), Utilisation: cpu.Utilisation(class), QueueMax: cpu.QueueMax(class),
			})
		}
		if n.broker == nil {
			continue
		}
		for _, queue := range n.broker.Queues() {
			u.Queues = append(u.Queues, oracle.Queue{Node: name, Name: queue, Max: n.broker.Most(queue)})
		}
	}
	return u
}
