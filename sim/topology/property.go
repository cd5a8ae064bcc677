package topology

import (
	"cmp"
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

// Property is something that can be set on a running node.
type Property struct {
	Name  string // such as lan.address, standby.lan.priority, service.web
	Want  string // the values it takes, in words
	Takes func(value string) bool

	// For a property of a program: its configured value, and its value on an
	// unconfigured machine, such as after an unsaved change is lost.
	Value, Unset string
}

// Switch is a property that is on in the configuration.
func Switch(name string) Property {
	return Property{name, "on or off", func(v string) bool { return v == "on" || v == "off" }, "on", "off"}
}

// ServiceProperty names the switch of a service.
func ServiceProperty(service string) string { return "service." + service }

// serviceSwitches are the properties that switch the services of a program on
// and off.
func serviceSwitches(p Program) []Property {
	var switches []Property
	for _, service := range p.ServiceNames() {
		switches = append(switches, Switch(ServiceProperty(service)))
	}
	return switches
}

// StandbyProperty is a property of standby control on one interface, as text.
type StandbyProperty struct {
	want string
	get  func(*Standby) string
	set  func(*Standby, string) error // takes any value that get returns
}

// Get returns the property's value.
func (p StandbyProperty) Get(s Standby) string { return p.get(&s) }

// Set changes the property's value.
func (p StandbyProperty) Set(s *Standby, value string) error { return p.set(s, value) }

// takes reports whether a user may set the value.
func (p StandbyProperty) takes(value string) bool {
	return value != "" && p.set(&Standby{}, value) == nil
}

// StandbyProperties are the properties of standby control that can be set at
// run time.
var StandbyProperties = map[string]StandbyProperty{
	"group": {
		"1 to 255",
		func(s *Standby) string { return strconv.Itoa(s.Group) },
		func(s *Standby, v string) (err error) { s.Group, err = number(v, 1, 255); return err },
	},
	"vip": {
		"an IPv4 address",
		func(s *Standby) string {
			if s.VIP.IsValid() {
				return s.VIP.String()
			}
			return "" // learned
		},
		func(s *Standby, v string) (err error) { s.VIP, err = vipOf(v); return err },
	},
	"priority": {
		"0 to 255",
		func(s *Standby) string { return strconv.Itoa(*s.Priority) },
		func(s *Standby, v string) error {
			p, err := number(v, 0, 255)
			s.Priority = &p
			return err
		},
	},
	"preempt": {
		"on or off",
		func(s *Standby) string { return map[bool]string{true: "on", false: "off"}[s.Preempt] },
		func(s *Standby, v string) error {
			s.Preempt = v == "on"
			return unless(v == "on" || v == "off")
		},
	},
	"resign-on":    word(func(s *Standby) *string { return &s.ResignOn }, ResignOnCoup, ResignOnHello, ResignOnBoth, ResignNever),
	"vip-mismatch": word(func(s *Standby) *string { return &s.VIPMismatch }, MismatchAccept, MismatchIgnore),
	selfBalanceVersion: {
		"1 or 2",
		func(s *Standby) string { return strconv.Itoa(s.balance().Version) },
		func(s *Standby, v string) (err error) {
			balance := s.balance()
			if balance.Version, err = number(v, 1, 2); s.SelfBalance != nil {
				s.SelfBalance = &balance
			}
			return err
		},
	},
	"hello": span(func(s *Standby) *time.Duration { return &s.Hello }),
	"hold":  span(func(s *Standby) *time.Duration { return &s.Hold }),
	"authentication": {
		"a value as in the configuration",
		func(s *Standby) string { return s.Authentication },
		func(s *Standby, v string) error {
			s.Authentication = v
			return unless(v != "" && len(v) <= 18)
		},
	},
}

// selfBalanceVersion stands for new firmware: the next boot speaks it.
const selfBalanceVersion = "self-balance.version"

// balance returns a copy of self-balancing, with defaults if there is none.
func (s *Standby) balance() SelfBalance {
	if s.SelfBalance == nil {
		return SelfBalance{}.WithDefaults()
	}
	return *s.SelfBalance
}

// has reports whether standby control has a property: those of self-balancing
// exist only with it.
func (s Standby) has(property string) bool {
	return s.SelfBalance != nil || !strings.HasPrefix(property, "self-balance.")
}

// span is a property of type duration.
func span(of func(*Standby) *time.Duration) StandbyProperty {
	return StandbyProperty{
		"a duration such as 3s",
		func(s *Standby) string { return of(s).String() },
		func(s *Standby, v string) (err error) {
			d, err := time.ParseDuration(v)
			*of(s) = d
			return errors.Join(err, unless(d > 0))
		},
	}
}

// word is a property with a choice of words.
func word(of func(*Standby) *string, choice ...string) StandbyProperty {
	last := len(choice) - 1
	return StandbyProperty{
		strings.Join(choice[:last], ", ") + " or " + choice[last],
		func(s *Standby) string { return *of(s) },
		func(s *Standby, v string) error {
			*of(s) = v
			return unless(slices.Contains(choice, v))
		},
	}
}

// errValue is a value of the wrong kind; the caller adds what is wanted.
var errValue = errors.New("wrong value")

func unless(right bool) error {
	if right {
		return nil
	}
	return errValue
}

func number(text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	return n, errors.Join(err, unless(n >= low && n <= high))
}

func vipOf(text string) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(text)
	return a, errors.Join(err, unless(a.Is4()))
}

func isPrefixOrNone(v string) bool {
	p, err := netip.ParsePrefix(v)
	return v == "none" || err == nil && p.Addr().Is4()
}

// properties returns the properties of a node's running configuration by name.
// If two share a name, the later one wins. The node must be completed.
func (n Node) properties() map[string]Property {
	all := map[string]Property{}
	add := func(p Property) { all[p.Name] = p }
	for _, iface := range Names(n.NICs) {
		add(Property{Name: iface + ".address", Want: "an address with prefix length, such as 192.0.2.11/24, or none", Takes: isPrefixOrNone})
	}
	if len(n.Standby) > 0 {
		add(Switch("standby"))
	}
	for _, name := range Names(StandbyProperties) {
		p := StandbyProperties[name]
		for _, iface := range Names(n.Standby) {
			if n.Standby[iface].has(name) {
				add(Property{Name: "standby." + name, Want: p.want, Takes: p.takes})
				add(Property{Name: "standby." + iface + "." + name, Want: p.want, Takes: p.takes})
			}
		}
	}
	for _, iface := range Names(n.Standby) {
		add(Switch("standby." + iface))
	}
	for _, program := range n.Programs() {
		for _, p := range program.Properties() {
			add(p)
		}
	}
	return all
}

// Properties lists the properties of a node's running configuration, sorted:
// lan.address, standby, standby.lan, standby.lan.priority, standby.priority (of
// all interfaces), service.web. The node must be completed.
func (n Node) Properties() []string { return Names(n.properties()) }

// CheckProperty returns an error if a node has no such property.
func (n Node) CheckProperty(property string) error {
	_, err := n.property(property)
	return err
}

// property returns a property of a node by name.
func (n Node) property(name string) (Property, error) {
	if n.Exec != nil {
		return Property{}, fmt.Errorf("%w: got %q: a node with real programs has no properties to set", ErrProperty, name)
	}
	all := n.properties()
	p, known := all[name]
	if !known {
		meant := ""
		if near := cmp.Or(shortened(name, Names(all)), Nearest(name, Names(all))); near != "" {
			meant = fmt.Sprintf(" (did you mean %q?)", near)
		}
		return p, fmt.Errorf("%w: got %q%s, want %s", ErrProperty, name, meant, AnyOf("", Names(all)))
	}
	return p, nil
}

// shortened returns the shortest property of which a part begins with a word:
// standby.priority for prio. It returns "" if there is none.
func shortened(word string, properties []string) (found string) {
	for _, p := range properties {
		if len(word) >= 3 && strings.Contains("."+p, "."+word) && (found == "" || len(p) < len(found)) {
			found = p
		}
	}
	return found
}

// CheckSet returns why a property of a node cannot be set to a value.
func (n Node) CheckSet(property, value string) error {
	p, err := n.property(property)
	if err == nil && !p.Takes(value) {
		err = fmt.Errorf("%w: %s: got %q, want %s", ErrProperty, property, value, p.Want)
	}
	return err
}
