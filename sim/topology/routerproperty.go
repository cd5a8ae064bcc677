package topology

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// The properties of a router that can be set while it runs: reply-from,
// firewall.default, firewall.allow.RULE and nat.dnat.N.via.
const (
	replyFromProperty = "reply-from"
	defaultProperty   = "firewall.default"
	allowProperty     = "firewall.allow."
	dnatProperty      = "nat.dnat."
	viaProperty       = ".via"
)

// NoTranslation is the value of the target of a translation that is switched
// off.
const NoTranslation = "none"

// key is what faults call a rule.
func (a Allow) key(i int) string { return cmp.Or(a.Name, strconv.Itoa(i)) }

// ruleName checks what faults call a rule.
func (c *checker) ruleName(path []string, key string, taken map[string]bool) {
	if err := CheckName(key); err != nil {
		c.fail(path, "%v", err)
	}
	if taken[key] {
		c.fail(path, "another rule is called %s as well", key)
	}
	taken[key] = true
}

// Properties implements Program.
func (r Router) Properties() []Property {
	one := func(name, value, unset string, words ...string) Property {
		return Property{
			Name: name, Want: AnyOf("", words), Value: value, Unset: unset,
			Takes: func(v string) bool { return slices.Contains(words, v) },
		}
	}
	all := []Property{one(replyFromProperty, r.ReplyFrom, ReplyFromAny, ReplyFromAny, ReplyFromSameInterface, ReplyFromSameMAC)}
	if f := r.Firewall; f != nil {
		all = append(all, one(defaultProperty, f.Default, FirewallDrop, FirewallAccept, FirewallDrop))
		for i, rule := range f.Allow {
			all = append(all, one(allowProperty+rule.key(i), onOrOff(!rule.Off), "off", "on", "off"))
		}
	}
	if r.NAT != nil {
		for i, d := range r.NAT.DNAT {
			all = append(all, Property{
				Name: dnatProperty + strconv.Itoa(i) + viaProperty, Want: "an address and a port, such as 192.0.2.100:80, or none",
				Takes: func(v string) bool { _, err := parseVia(v); return err == nil },
				Value: d.Via.String(), Unset: NoTranslation,
			})
		}
	}
	return all
}

func onOrOff(on bool) string { return map[bool]string{true: "on", false: "off"}[on] }

// parseVia reads the target of a translation; invalid: none.
func parseVia(text string) (netip.AddrPort, error) {
	if text == NoTranslation {
		return netip.AddrPort{}, nil
	}
	a, err := netip.ParseAddrPort(text)
	if err == nil && (!a.Addr().Is4() || a.Port() == 0) {
		err = errValue
	}
	return a, err
}

// With returns a copy of the router with one of its properties set.
func (r Router) With(property, value string) (Router, error) {
	if rule, is := strings.CutPrefix(property, allowProperty); is && r.Firewall != nil {
		f := *r.Firewall
		f.Allow = slices.Clone(f.Allow)
		r.Firewall = &f
		for i := range f.Allow {
			if f.Allow[i].key(i) == rule {
				f.Allow[i].Off = value == "off"
				return r, nil
			}
		}
	}
	if number, is := strings.CutSuffix(strings.TrimPrefix(property, dnatProperty), viaProperty); is && r.NAT != nil {
		nat := *r.NAT
		nat.DNAT = slices.Clone(nat.DNAT)
		r.NAT = &nat
		i, err := strconv.Atoi(number)
		if err == nil && i >= 0 && i < len(nat.DNAT) {
			nat.DNAT[i].Via, err = parseVia(value)
			return r, err
		}
	}
	switch {
	case property == replyFromProperty:
		r.ReplyFrom = value
		return r, nil
	case property == defaultProperty && r.Firewall != nil:
		f := *r.Firewall
		f.Default = value
		r.Firewall = &f
		return r, nil
	}
	return r, fmt.Errorf("%w: got %q", ErrProperty, property)
}
