package world

import (
	"fmt"
	"maps"
	"net/netip"
	"strconv"
	"strings"
	"time"

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
		field := standbyFields[path[0]]
		if err := field.set(&s, field.get(&never)); err != nil {
			panic(fmt.Sprintf("world: default of standby property %s: %v", path[0], err))
		}
		c.Standby[iface] = s
	}
}

// field is a property of standby control as text.
type field struct {
	get func(*topology.Standby) string
	set func(*topology.Standby, string) error
}

// standbyFields are the properties that topology.Node.CheckSet admits, which
// has looked at values already.
var standbyFields = map[string]field{
	"group": {
		func(s *topology.Standby) string { return strconv.Itoa(s.Group) },
		func(s *topology.Standby, v string) (err error) { s.Group, err = strconv.Atoi(v); return err },
	},
	"vip": {
		func(s *topology.Standby) string {
			if s.VIP.IsValid() {
				return s.VIP.String()
			}
			return "" // learned
		},
		func(s *topology.Standby, v string) (err error) {
			if s.VIP = (netip.Addr{}); v != "" {
				s.VIP, err = netip.ParseAddr(v)
			}
			return err
		},
	},
	"priority": {
		func(s *topology.Standby) string { return strconv.Itoa(*s.Priority) },
		func(s *topology.Standby, v string) error {
			p, err := strconv.Atoi(v)
			s.Priority = &p
			return err
		},
	},
	"preempt": {
		func(s *topology.Standby) string { return map[bool]string{true: "on", false: "off"}[s.Preempt] },
		func(s *topology.Standby, v string) error { s.Preempt = v == "on"; return nil },
	},
	"hello": span(func(s *topology.Standby) *time.Duration { return &s.Hello }),
	"hold":  span(func(s *topology.Standby) *time.Duration { return &s.Hold }),
	"authentication": {
		func(s *topology.Standby) string { return s.Authentication },
		func(s *topology.Standby, v string) error { s.Authentication = v; return nil },
	},
}

// span is a property that is a duration.
func span(of func(*topology.Standby) *time.Duration) field {
	return field{
		func(s *topology.Standby) string { return of(s).String() },
		func(s *topology.Standby, v string) (err error) { *of(s), err = time.ParseDuration(v); return err },
	}
}
