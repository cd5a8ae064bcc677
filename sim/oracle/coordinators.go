package oracle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/event"
)

// coordinators is who takes itself for the coordinator of a cluster, and whom
// each member counts among the members.
type coordinators struct {
	order []string // members as they came
	views map[string]*view
}

// view is what one member of a cluster believes.
type view struct {
	node, name  string
	coordinates bool
	members     []string
}

func newCoordinators() coordinators { return coordinators{views: map[string]*view{}} }

// observe takes in an event.
func (c *coordinators) observe(e event.Event) {
	switch b := e.What.(type) {
	case event.ClusterStateChanged:
		c.of(e.Node, b.Instance).members = strings.Split(b.Members, ", ")
	case event.ClusterMemberChanged:
		c.of(e.Node, b.Instance).members = strings.Split(b.Members, ", ")
	case event.ClusterCoordinatorChanged:
		c.of(e.Node, b.Instance).coordinates = b.Coordinator
	case event.PowerChanged:
		if !b.State.Lost() {
			return
		}
		for _, name := range c.order {
			if v := c.views[name]; v.node == e.Node {
				v.coordinates, v.members = false, nil
			}
		}
	}
}

func (c *coordinators) of(node, instance string) *view {
	key := node + " " + instance
	if c.views[key] == nil {
		v := &view{node: node, name: instance}
		if instance == "" {
			v.name = node
		}
		c.views[key] = v
		c.order = append(c.order, key)
	}
	return c.views[key]
}

// disputes lists the pairs of coordinators of which one counts the other among
// the members of its cluster.
func (c *coordinators) disputes() (all []string) {
	for i, key := range c.order {
		for _, other := range c.order[i+1:] {
			a, b := c.views[key], c.views[other]
			if a.coordinates && b.coordinates && (slices.Contains(a.members, b.name) || slices.Contains(b.members, a.name)) {
				all = append(all, fmt.Sprintf("%s and %s both coordinate one cluster", a.name, b.name))
			}
		}
	}
	return all
}
