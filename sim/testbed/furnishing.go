//go:build linux

package testbed

import (
	"github.com/cablepull/cablepull/sim/topology"
)

// furnishing is the making of quarters on a goroutine of its own.
type furnishing struct {
	done chan struct{} // closed when the rest is valid
	made *quarters
	err  error
}

// furnishAll begins to make the quarters of all nodes, in their order. The kernel
// lets everybody wait for everybody who changes interfaces, so it helps to be
// some; who are more only wait for each other.
func (b *Testbed) furnishAll(t topology.Topology) {
	const together = 3
	b.furnished = map[string]*furnishing{}
	names := make(chan string, len(t.Nodes))
	for _, name := range topology.Names(t.Nodes) {
		b.furnished[name] = &furnishing{done: make(chan struct{})}
		names <- name
	}
	close(names)
	for range together {
		go func() {
			for name := range names {
				cfg, who := t.Nodes[name], ownStack
				if cfg.Exec != nil {
					who = kernelStack
				}
				f := b.furnished[name]
				f.made, f.err = furnish(b.space, name, cfg, who)
				close(f.done)
			}
		}()
	}
}

// quartersOf returns the quarters of a node, of which the caller is the owner
// then.
func (b *Testbed) quartersOf(node string) (*quarters, error) {
	f := b.furnished[node]
	<-f.done
	made := f.made
	f.made = nil
	return made, f.err
}

// unfurnish removes the quarters that nobody has taken over.
func (b *Testbed) unfurnish() {
	for node := range b.furnished { // order: side by side
		b.leaving.Go(func() {
			if left, _ := b.quartersOf(node); left != nil {
				left.close()
			}
		})
	}
}
