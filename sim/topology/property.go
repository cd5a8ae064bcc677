package topology

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrProperty is wrapped by errors about a property of the running
// configuration.
var ErrProperty = errors.New("bad property")

// standbyProperties are what can be set of standby control at run time, and
// what tells a value that can be.
var standbyProperties = map[string]func(string) bool{
	"group":          number(1, 255),
	"vip":            isAddress,
	"priority":       number(0, 255),
	"preempt":        isSwitch,
	"hello":          isSpan,
	"hold":           isSpan,
	"authentication": func(v string) bool { return v != "" && len(v) <= 18 },
}

func number(low, high int) func(string) bool {
	return func(v string) bool {
		n, err := strconv.Atoi(v)
		return err == nil && n >= low && n <= high
	}
}

func isSwitch(v string) bool { return v == "on" || v == "off" }

func isSpan(v string) bool {
	d, err := time.ParseDuration(v)
	return err == nil && d > 0
}

func isAddress(v string) bool {
	a, err := netip.ParseAddr(v)
	return err == nil && a.Is4()
}

func isPrefix(v string) bool {
	p, err := netip.ParsePrefix(v)
	return err == nil && p.Addr().Is4()
}

// Properties lists what makes up the running configuration of a node, sorted:
// lan.address, standby, standby.lan, standby.lan.priority, standby.priority
// (of all interfaces), service.web.
func (n Node) Properties() []string {
	properties := []string{}
	for _, iface := range Names(n.NICs) {
		properties = append(properties, iface+".address")
	}
	if len(n.Standby) > 0 {
		properties = append(properties, "standby")
	}
	for _, name := range Names(standbyProperties) {
		if len(n.Standby) > 0 {
			properties = append(properties, "standby."+name)
		}
		for _, iface := range Names(n.Standby) {
			properties = append(properties, "standby."+iface+"."+name)
		}
	}
	for _, iface := range Names(n.Standby) {
		properties = append(properties, "standby."+iface)
	}
	if n.Gateway != nil {
		for _, service := range Names(n.Gateway.Services) {
			properties = append(properties, "service."+service)
		}
		if n.Gateway.Services == nil {
			properties = append(properties, "service."+DefaultService)
		}
	}
	slices.Sort(properties)
	return slices.Compact(properties)
}

// CheckProperty says why a node has no such property.
func (n Node) CheckProperty(property string) error {
	if n.Exec != nil {
		return fmt.Errorf("%w: got %q of a node that runs real programs, whose configuration is their own", ErrProperty, property)
	}
	properties := n.Properties()
	if slices.Contains(properties, property) {
		return nil
	}
	return fmt.Errorf("%w: got %q, want %s", ErrProperty, property, AnyOf(property, properties))
}

// CheckSet says why a property of a node cannot be set to a value.
func (n Node) CheckSet(property, value string) error {
	if err := n.CheckProperty(property); err != nil {
		return err
	}
	last := property[strings.LastIndex(property, ".")+1:]
	known, want := standbyProperties[last], "a value as in the configuration"
	switch {
	case strings.HasSuffix(property, ".address"):
		known, want = func(v string) bool { return v == "none" || isPrefix(v) }, "an address with prefix length, such as 192.0.2.11/24, or none"
	case !strings.HasPrefix(property, "standby.") || n.hasStandby(last) && strings.Count(property, ".") == 1:
		known, want = isSwitch, "on or off"
	case last == "hello" || last == "hold":
		want = "a duration such as 3s"
	case last == "preempt":
		want = "on or off"
	case last == "priority":
		want = "0 to 255"
	case last == "group":
		want = "1 to 255"
	case last == "vip":
		want = "an IPv4 address"
	}
	if !known(value) {
		return fmt.Errorf("%w: %s: got %q, want %s", ErrProperty, property, value, want)
	}
	return nil
}

func (n Node) hasStandby(iface string) bool {
	_, has := n.Standby[iface]
	return has
}

// ServiceNames lists what can be stopped and started on a node: the services of
// a gateway, http, the one of a back end, and real programs. The node must be
// completed.
func (n Node) ServiceNames() []string {
	names := []string{}
	if n.Gateway != nil {
		names = Names(n.Gateway.Services)
	}
	if n.Backend != nil {
		names = append(names, BackendService)
	}
	if n.Exec != nil {
		names = append(names, n.Exec.Programs()...)
	}
	return names
}
