package fault

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// Draw picks parts of a topology at random. The same numbers from Rand give the
// same faults.
type Draw struct {
	*rand.Rand
	Topology topology.Topology // completed
}

// Likely is true with the given probability.
func (d *Draw) Likely(share float64) bool { return d.Float64() < share }

// oneOf picks one of all, or returns the zero value and false if there are
// none.
func oneOf[T any](d *Draw, all []T) (one T, ok bool) {
	if len(all) == 0 {
		return one, false
	}
	return all[d.IntN(len(all))], true
}

// Name picks one of several names; false if there are none.
func (d *Draw) Name(names []string) (string, bool) { return oneOf(d, names) }

// Word picks one of the words, at least one.
func (d *Draw) Word(words ...string) string { return words[d.IntN(len(words))] }

// Node picks a node that fits; false if none does.
func (d *Draw) Node(fits func(topology.Node) bool) (string, bool) {
	names := slices.DeleteFunc(topology.Names(d.Topology.Nodes), func(name string) bool { return !fits(d.Topology.Nodes[name]) })
	return d.Name(names)
}

// Port picks an interface of any node.
func (d *Draw) Port() (Port, bool) {
	var ports []Port
	for _, node := range topology.Names(d.Topology.Nodes) {
		for _, iface := range topology.Names(d.Topology.Nodes[node].NICs) {
			ports = append(ports, Port{node, iface})
		}
	}
	return oneOf(d, ports)
}

// Direction picks one direction or both.
func (d *Draw) Direction() Direction { return []Direction{Both, Out, In}[d.IntN(3)] }

// Share picks a percentage from 1% to 100%.
func (d *Draw) Share() float64 { return float64(1+d.IntN(100)) / 100 }

// Span picks a duration between low and high, in steps of a hundredth of the
// range.
func (d *Draw) Span(low, high time.Duration) time.Duration {
	return low + time.Duration(d.IntN(101))*((high-low)/100)
}

// anyNode and ownNode are for Draw.Node.

func anyNode(topology.Node) bool { return true }

// ownNode fits nodes that run on our stack.
func ownNode(n topology.Node) bool { return n.Exec == nil }
