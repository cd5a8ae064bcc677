package topology

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// ErrForward is wrapped by the error for a text that is not a Forward.
var ErrForward = errors.New("bad target to forward to")

// groupWord precedes the name of a load-balancer group.
const groupWord = "group "

// Forward is where a service forwards its requests: one back end, or a
// load-balancer group of the same gateway. In YAML: 192.0.2.50:80, or
// app.example:80 with a name that one of the node's nameservers knows, or group
// NAME, or group NAME:PORT, where the port is that of members without a
// mapped-port. The zero value is nowhere.
type Forward struct {
	Address netip.AddrPort // of a name only the port
	Name    string         // of the back end; empty: it has an address
	Group   string
	Port    uint16 // of a group; 0 stands for DefaultPort
}

// ForwardTo is a Forward to one back end.
func ForwardTo(a netip.AddrPort) Forward { return Forward{Address: a} }

// IsValid reports whether requests are forwarded at all.
func (f Forward) IsValid() bool { return f.Group != "" || f.Name != "" || f.Address.IsValid() }

// UnmarshalText implements encoding.TextUnmarshaler. An empty text is nowhere.
func (f *Forward) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*f = Forward{}
		return nil
	}
	name, isGroup := strings.CutPrefix(string(text), groupWord)
	if !isGroup {
		a, err := netip.ParseAddrPort(string(text))
		if host, port, named := namedPort(string(text)); err != nil && named {
			*f = Forward{Name: host, Address: netip.AddrPortFrom(netip.Addr{}, port)}
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: got %q, want an address and a port, such as 192.0.2.50:80, or the name of a group, such as group app", ErrForward, text)
		}
		*f = Forward{Address: a}
		return nil
	}
	name, port, hasPort := strings.Cut(strings.TrimSpace(name), ":")
	*f = Forward{Group: name}
	if err := CheckName(name); err != nil {
		return fmt.Errorf("%w: group: %w", ErrForward, err)
	}
	if !hasPort {
		return nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("%w: got port %q, want 1 to 65535", ErrForward, port)
	}
	f.Port = uint16(n)
	return nil
}

// namedPort reads the name of a host and a port. What consists of numbers is a
// wrong address.
func namedPort(text string) (host string, port uint16, named bool) {
	host, digits, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || n == 0 || checkHost(host) != nil || strings.Trim(host, "0123456789.") == "" {
		return "", 0, false
	}
	return host, uint16(n), true
}

// String returns the target as in YAML; nothing if there is none.
func (f Forward) String() string {
	switch {
	case f.Group != "" && f.Port != 0:
		return groupWord + f.Group + ":" + strconv.Itoa(int(f.Port))
	case f.Group != "":
		return groupWord + f.Group
	case f.Name != "":
		return f.Name + ":" + strconv.Itoa(int(f.Address.Port()))
	case f.Address.IsValid():
		return f.Address.String()
	}
	return ""
}

// MarshalText implements encoding.TextMarshaler.
func (f Forward) MarshalText() ([]byte, error) { return []byte(f.String()), nil }
