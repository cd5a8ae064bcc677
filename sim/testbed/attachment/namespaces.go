//go:build linux

package attachment

import (
	"sync"

	"github.com/cablepull/cablepull/netfab/netns"
	"github.com/cablepull/cablepull/sim/topology"
)

// Namespaces makes the namespaces of all nodes and removes them, both on
// goroutines of its own: the kernel takes tens of milliseconds for each.
type Namespaces struct {
	fabric   *netns.Namespace
	prepared map[string]*preparation // by node
	removing sync.WaitGroup
}

// preparation is the making of a namespace.
type preparation struct {
	done chan struct{} // closed when the rest is valid
	made *NodeNamespace
	err  error
}

// PrepareAll begins to make the namespaces of all nodes, in their order, with
// cables to the fabric's namespace. The topology has its defaults filled in.
// The kernel has a lock for changes of interfaces, so a few goroutines help,
// and more would only wait for each other.
func PrepareAll(fabric *netns.Namespace, t topology.Topology) *Namespaces {
	const together = 3
	all := &Namespaces{fabric: fabric, prepared: map[string]*preparation{}}
	names := make(chan string, len(t.Nodes))
	for _, name := range topology.Names(t.Nodes) {
		all.prepared[name] = &preparation{done: make(chan struct{})}
		names <- name
	}
	close(names)
	for range together {
		go func() {
			for name := range names {
				cfg, who := t.Nodes[name], OwnStack
				if cfg.Exec != nil {
					who = KernelStack
				}
				p := all.prepared[name]
				p.made, p.err = prepare(fabric, name, cfg, who)
				close(p.done)
			}
		}()
	}
	return all
}

// take returns the namespace of a node. The caller owns it from then on.
func (all *Namespaces) take(node string) (*NodeNamespace, error) {
	p := all.prepared[node]
	<-p.done
	made := p.made
	p.made = nil
	return made, p.err
}

// Another makes one more namespace for a node, with all its ports open. It may
// be called on any goroutine.
func (all *Namespaces) Another(node string, cfg topology.Node, who Stack) (*NodeNamespace, error) {
	made, err := prepare(all.fabric, node, cfg, who)
	if err != nil {
		return nil, err
	}
	return made, made.Opened()
}

// remove begins to remove a namespace that a node has given up.
func (all *Namespaces) remove(n *NodeNamespace) { all.removing.Go(n.Close) }

// Close removes the namespaces that no node has taken, and waits for the
// removal of all.
func (all *Namespaces) Close() {
	for node := range all.prepared { // order: side by side
		all.removing.Go(func() {
			if left, _ := all.take(node); left != nil {
				left.Close()
			}
		})
	}
	all.removing.Wait()
}
