package world

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// configuration is how a node is configured: its part of the topology, and the
// values set since that the topology cannot hold.
type configuration struct {
	topology.Node
	set map[string]string // switches of standby.INTERFACE, and properties of programs
}

func newConfiguration(n topology.Node, set map[string]string) configuration {
	return configuration{Node: n, set: set}.clone()
}

// clone copies what a run may change.
func (c configuration) clone() configuration {
	c.NICs, c.Standby = maps.Clone(c.NICs), maps.Clone(c.Standby)
	set := map[string]string{}
	maps.Copy(set, c.set)
	c.set = set
	return c
}

// note keeps the value of a property that the topology cannot hold, unless it
// is the configured value.
func (c *configuration) note(p topology.Property, value string) {
	if value == p.Value {
		delete(c.set, p.Name)
	} else {
		c.set[p.Name] = value
	}
}

// value returns the value of such a property.
func (c *configuration) value(p topology.Property) string { return cmp.Or(c.set[p.Name], p.Value) }

// ofProgram returns a property of the node's programs.
func (c *configuration) ofProgram(name string) (key string, p topology.Property, ok bool) {
	for key, program := range c.Programs() {
		for _, p := range program.Properties() {
			if p.Name == name {
				return key, p, true
			}
		}
	}
	return "", topology.Property{}, false
}

// forget resets a property, as named by topology.Node.Properties, to its value
// on an unconfigured machine.
func (c *configuration) forget(property string) {
	if _, p, ok := c.ofProgram(property); ok {
		c.note(p, p.Unset)
		return
	}
	parts := strings.Split(property, ".")
	if parts[0] == "standby" && parts[len(parts)-1] != "address" {
		c.forgetStandby(parts[1:])
		return
	}
	nic := c.NICs[parts[0]]
	nic.Address = netip.Prefix{}
	c.NICs[parts[0]] = nic
}

// forgetStandby resets standby control, or one property of it, on one interface
// or all.
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
		property := topology.StandbyProperties[strings.Join(path, ".")]
		if err := property.Set(&s, property.Get(never)); err != nil {
			panic(fmt.Sprintf("world: default of standby property %s: %v", path, err))
		}
		c.Standby[iface] = s
	}
}
