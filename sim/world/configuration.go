package world

import (
	"fmt"
	"maps"
	"net/netip"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// configuration is what a node is told to be: its place in the topology, and
// what has been turned off since.
type configuration struct {
	topology.Node
	off map[string]bool // standby.INTERFACE, service.NAME
}

func newConfiguration(n topology.Node, off []string) configuration {
	c := configuration{Node: n, off: map[string]bool{}}
	for _, property := range off {
		c.off[property] = true
	}
	return c.clone()
}

// clone copies what a run may change.
func (c configuration) clone() configuration {
	c.NICs, c.Standby, c.off = maps.Clone(c.NICs), maps.Clone(c.Standby), maps.Clone(c.off)
	return c
}

// turn notes that something is switched on or off.
func (c *configuration) turn(property string, on bool) {
	if on {
		delete(c.off, property)
	} else {
		c.off[property] = true
	}
}

// forget takes a property, in the words of topology.Node.Properties, back to
// what it is on a machine that was never told.
func (c *configuration) forget(property string) {
	parts := strings.Split(property, ".")
	last := parts[len(parts)-1]
	switch {
	case last == "address" && parts[0] != "standby":
		nic := c.NICs[parts[0]]
		nic.Address = netip.Prefix{}
		c.NICs[parts[0]] = nic
	case parts[0] == "service":
		c.turn(property, false)
	default:
		c.forgetStandby(parts[1:])
	}
}

// forgetStandby forgets standby control, on one interface or all, or one
// property of it.
func (c *configuration) forgetStandby(path []string) {
	ifaces := topology.Names(c.Standby)
	if len(path) > 0 {
		if _, one := c.Standby[path[0]]; one {
			ifaces, path = path[:1], path[1:]
		}
	}
	for _, iface := range ifaces {
		if len(path) == 0 {
			delete(c.Standby, iface)
			continue
		}
		s, never := c.Standby[iface], topology.Standby{}.WithDefaults()
		property := topology.StandbyProperties[path[0]]
		if err := property.Set(&s, property.Get(never)); err != nil {
			panic(fmt.Sprintf("world: default of standby property %s: %v", path[0], err))
		}
		c.Standby[iface] = s
	}
}
