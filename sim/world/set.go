package world

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/node/standby"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/traffic"
)

// ErrDown is a fault that needs a running machine.
var ErrDown = errors.New("the machine is not up")

// set changes one property of the running configuration, with effect at once,
// and returns how to set it back.
func (n *Node) set(property, value string) (undo func(), err error) {
	parts := strings.Split(property, ".")
	var before string
	switch {
	case parts[0] == "standby":
		before, err = n.setStandby(parts[1:], value)
	case len(parts) == 2 && parts[1] == "address":
		before, err = n.setAddress(parts[0], value)
	default:
		err = fmt.Errorf("property %q: want standby…, or INTERFACE.address", property)
	}
	if err != nil {
		return nil, err
	}
	n.host.Log(event.ConfigChanged{Property: property, Value: value})
	return func() {
		if _, err := n.set(property, before); err != nil && !errors.Is(err, ErrDown) {
			n.world.loop.Fail(fmt.Errorf("world: undo of set %s %s: %w", n.name, property, err))
		}
	}, nil
}

func (n *Node) setAddress(iface, value string) (before string, err error) {
	nic, ok := n.running.NICs[iface]
	if !ok {
		return "", fmt.Errorf("%w: interface %s", ErrTarget, iface)
	}
	before = "none"
	if nic.Address.IsValid() {
		before = nic.Address.String()
	}
	nic.Address = netip.Prefix{}
	if value != "none" {
		if nic.Address, err = netip.ParsePrefix(value); err != nil {
			return "", err
		}
	}
	n.running.NICs[iface] = nic
	n.host.NIC(iface).SetAddress(nic.Address)
	if _, standing := n.running.Standby[iface]; standing && n.members[iface] == nil && n.host.Power() == host.Up {
		n.startMember(iface)
	}
	return before, nil
}

// setStandby changes `standby[.INTERFACE][.PROPERTY]`. Without an interface
// the node must have one group only; without a property it turns the group on
// or off.
func (n *Node) setStandby(path []string, value string) (before string, err error) {
	iface, path, err := n.standbyInterface(path)
	if err != nil {
		return "", err
	}
	m := n.members[iface]
	if m == nil {
		return "", fmt.Errorf("standby on %s.%s: %w", n.name, iface, ErrDown)
	}
	if len(path) == 0 {
		on, err := parseSwitch(value)
		if err != nil {
			return "", err
		}
		m.Enable(on)
		return map[bool]string{true: "off", false: "on"}[on], nil
	}
	s := n.running.Standby[iface]
	if before, err = setStandbyProperty(&s, path[0], value); err != nil {
		return "", err
	}
	cfg, err := machineConfig(s, n.host.NIC(iface).Address().Addr())
	if err != nil {
		return "", err
	}
	for _, p := range cfg.Validate() {
		if p.Severity == standby.Error {
			return "", errors.New(p.String())
		}
	}
	n.running.Standby[iface] = s
	m.Reconfigure(cfg)
	return before, nil
}

// standbyInterface takes the interface off the front of a path, or finds the
// only one.
func (n *Node) standbyInterface(path []string) (iface string, rest []string, err error) {
	if len(path) > 0 {
		if _, ok := n.running.Standby[path[0]]; ok {
			return path[0], path[1:], nil
		}
	}
	ifaces := slices.Sorted(maps.Keys(n.running.Standby))
	if len(ifaces) != 1 {
		return "", nil, fmt.Errorf("%s has standby control on %v: name the interface, as in standby.lan.priority", n.name, ifaces)
	}
	return ifaces[0], path, nil
}

func setStandbyProperty(s *topology.Standby, property, value string) (before string, err error) {
	switch property {
	case "priority":
		p, err := strconv.Atoi(value)
		if err != nil || p < 0 || p > 255 {
			return "", fmt.Errorf("priority: got %q, want 0 to 255", value)
		}
		before = "100"
		if s.Priority != nil {
			before = strconv.Itoa(*s.Priority)
		}
		s.Priority = &p
	case "preempt":
		on, err := parseSwitch(value)
		if err != nil {
			return "", err
		}
		before = map[bool]string{true: "on", false: "off"}[s.Preempt]
		s.Preempt = on
	case "hello", "hold":
		d, err := time.ParseDuration(value)
		if err != nil {
			return "", fmt.Errorf("%s: %w", property, err)
		}
		field := &s.Hello
		if property == "hold" {
			field = &s.Hold
		}
		before, *field = field.String(), d
	case "authentication":
		before, s.Authentication = s.Authentication, value
	default:
		return "", fmt.Errorf("standby property %q: want priority, preempt, hello, hold or authentication", property)
	}
	return before, nil
}

func parseSwitch(value string) (bool, error) {
	switch value {
	case "on":
		return true, nil
	case "off":
		return false, nil
	}
	return false, fmt.Errorf("got %q, want on or off", value)
}

// yield makes the active members of the node, or of one interface, give up.
func (n *Node) yield(iface string) error {
	if n.host.Power() != host.Up {
		return ErrDown
	}
	for _, m := range n.Members() {
		if iface == "" || m.Interface() == iface {
			m.Yield()
		}
	}
	return nil
}

func (n *Node) reboot(f fault.Reboot) error {
	n.crash(f.Warm)
	boot := min(n.saved.Boot, f.Down)
	n.host.SetBootTime(boot)
	n.world.loop.After(f.Down-boot, simFunc(n.host.PowerOn))
	return nil
}

func (n *Node) calm(class host.Class) {
	for _, c := range []host.Class{host.Control, host.Service} {
		if (class == "" || class == c) && n.host.CPU().Hogged(c) > 0 {
			n.host.Hog(c, 0)
		}
	}
}

func (n *Node) switchService(f fault.Service) (undo func(), err error) {
	if n.gateway == nil {
		return nil, fmt.Errorf("service %s on %s: %w", f.Name, n.name, ErrDown)
	}
	apply := func(on bool) error {
		if n.gateway == nil {
			return nil // it died meanwhile: nothing to undo
		}
		if on {
			return n.gateway.StartService(f.Name)
		}
		return n.gateway.StopService(f.Name)
	}
	if err := apply(f.Start); err != nil {
		return nil, err
	}
	return func() {
		if err := apply(!f.Start); err != nil {
			n.world.loop.Fail(err)
		}
	}, nil
}

func (n *Node) switchBackend(f fault.Backend) (undo func(), err error) {
	if n.backend == nil {
		return nil, fmt.Errorf("back end %s: %w", n.name, ErrDown)
	}
	if err := n.backend.Set(traffic.Mode{Kind: f.Mode, Status: f.Status, Latency: f.Latency}); err != nil {
		return nil, err
	}
	return func() {
		if n.backend == nil {
			return // it died meanwhile
		}
		if err := n.backend.Set(traffic.Mode{Kind: traffic.ModeOK}); err != nil {
			n.world.loop.Fail(err)
		}
	}, nil
}
