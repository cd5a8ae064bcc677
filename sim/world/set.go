package world

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// setting is one property that a set has changed.
type setting struct{ property, value, before string }

// set changes properties of the running configuration at once, and returns how
// to restore those that still have the value. Sets that overlap end in any
// order: a property that a later one has changed goes back, when that one ends,
// to what it was before both.
func (n *Node) set(property, value string) (undo func() bool, err error) {
	var own []*setting
	for _, p := range n.expand(property) {
		own = append(own, &setting{p, value, n.get(p)})
		if err := n.put(p, value); err != nil {
			return nil, fmt.Errorf("%s: %w: %w", p, fault.ErrRefused, err)
		}
		n.host.Log(event.ConfigChanged{Property: p, Value: value})
	}
	n.settings = append(n.settings, own...)
	return func() bool { return n.restore(own) }, nil
}

// restore undoes a set on a machine that still has its value.
func (n *Node) restore(own []*setting) (some bool) {
	for _, s := range own {
		if n.superseded(s) || n.host.Power() != event.PowerUp || n.get(s.property) != s.value || s.before == s.value {
			continue
		}
		some = true
		if err := n.put(s.property, s.before); err != nil {
			n.world.loop.Fail(fmt.Errorf("world: undo of set %s %s: %w", n.name, s.property, err))
			return
		}
		n.host.Log(event.ConfigChanged{Property: s.property, Value: s.before})
	}
	return some
}

// superseded ends a setting, and reports whether a later set has changed its
// property: then that one restores what was before this one.
func (n *Node) superseded(s *setting) bool {
	at := slices.Index(n.settings, s)
	n.settings = slices.Delete(n.settings, at, at+1)
	later := slices.IndexFunc(n.settings[at:], func(o *setting) bool { return o.property == s.property })
	if later < 0 {
		return false
	}
	n.settings[at+later].before = s.before
	return true
}

// expand returns the properties that one stands for: standby.priority is the
// priority on all interfaces, standby is all switches of standby control.
func (n *Node) expand(property string) []string {
	parts := strings.Split(property, ".")
	if parts[0] != "standby" {
		return []string{property}
	}
	if len(parts) > 1 {
		if _, one := n.running.Standby[parts[1]]; one {
			return []string{property}
		}
	}
	var all []string
	for _, iface := range topology.Names(n.running.Standby) {
		all = append(all, strings.Join(slices.Concat([]string{"standby", iface}, parts[1:]), "."))
	}
	return all
}

// get returns the text of one property: of a program, such as service.NAME, or
// of the kinds INTERFACE.address, standby.INTERFACE and
// standby.INTERFACE.PROPERTY.
func (n *Node) get(property string) string {
	if _, p, ok := n.running.ofProgram(property); ok {
		return n.running.value(p)
	}
	parts := strings.Split(property, ".")
	switch {
	case parts[len(parts)-1] == "address":
		if a := n.running.NICs[parts[0]].Address; a.IsValid() {
			return a.String()
		}
		return "none"
	case len(parts) > 2:
		return topology.StandbyProperties[ofStandby(parts)].Get(n.running.Standby[parts[1]])
	}
	return n.running.value(topology.Switch(property)) // of standby control
}

// put sets one property and applies the change.
func (n *Node) put(property, value string) error {
	if key, p, ok := n.running.ofProgram(property); ok {
		n.running.note(p, value)
		return n.programs[key].put(property, value)
	}
	parts := strings.Split(property, ".")
	switch {
	case parts[len(parts)-1] == "address":
		return n.putAddress(parts[0], value)
	case len(parts) > 2:
		return n.putStandby(parts[1], ofStandby(parts), value)
	}
	n.running.note(topology.Switch(property), value)
	if m := n.members[parts[1]]; m != nil {
		m.Enable(value == "on")
	}
	if d := n.distributors[parts[1]]; d != nil {
		d.Enable(value == "on")
	}
	return nil
}

// ofStandby returns the name of a property of standby control: what follows the
// interface, such as priority or self-balance.version.
func ofStandby(parts []string) string { return strings.Join(parts[2:], ".") }

func (n *Node) putAddress(iface, value string) error {
	nic := n.running.NICs[iface]
	port := n.host.NIC(iface)
	nic.Address = netip.Prefix{}
	if value != "none" {
		var err error
		if nic.Address, err = netip.ParsePrefix(value); err != nil {
			return err
		}
	}
	if a := nic.Address.Addr(); port.Address().Addr() != a && n.host.Holds(a) {
		return fmt.Errorf("%s.%s: it already has %s", n.name, iface, a)
	}
	n.running.NICs[iface] = nic
	n.readdress(port)
	switch m := n.members[iface]; {
	case m != nil:
		m.SetAddress(nic.Address.Addr())
	default:
		n.startMember(iface)
	}
	return nil
}

// readdress gives an interface its address in the running configuration, and
// the default route if it uses this interface.
func (n *Node) readdress(port *host.NIC) {
	a := n.running.NICs[port.Name()].Address
	port.SetGateway(netip.Addr{})
	if n.running.Default.IsValid() && a.IsValid() && a.Masked().Contains(n.running.Default) {
		port.SetGateway(n.running.Default)
	}
	port.SetAddress(a)
}

// putStandby changes one property of standby control on an interface. It
// refuses a value that the product would refuse.
func (n *Node) putStandby(iface, property, value string) error {
	s := n.running.Standby[iface]
	if err := topology.StandbyProperties[property].Set(&s, value); err != nil {
		return err
	}
	own := n.host.NIC(iface).Address().Addr()
	cfg, err := machineConfig(s, own)
	if err != nil {
		return err
	}
	for _, p := range cfg.Validate() {
		if p.Severity == standby.Error && own.IsValid() {
			return fmt.Errorf("%s: %s", p.Property, p.Message)
		}
	}
	n.running.Standby[iface] = s
	n.world.frames.admit(n.name, n.running.Node)
	if m := n.members[iface]; m != nil {
		m.Reconfigure(cfg)
	}
	return nil
}
