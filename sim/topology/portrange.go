package topology

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ErrPortRange is wrapped by the error for a text that is not a range of ports.
var ErrPortRange = errors.New("bad range of ports")

// PortRange is ports that follow one another, both ends included. In YAML:
// 50000-50009, or 50000 for one port.
type PortRange struct{ First, Last uint16 }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *PortRange) UnmarshalText(text []byte) error {
	first, last, several := strings.Cut(string(text), "-")
	if !several {
		last = first
	}
	low, err := strconv.ParseUint(first, 10, 16)
	high, err2 := strconv.ParseUint(last, 10, 16)
	if err != nil || err2 != nil || low == 0 || high < low {
		return fmt.Errorf("%w: got %q, want ports from 1 to 65535, such as 50000-50009", ErrPortRange, text)
	}
	*r = PortRange{uint16(low), uint16(high)}
	return nil
}

// String returns the range as in YAML; nothing if there is none.
func (r PortRange) String() string {
	switch r.First {
	case 0:
		return ""
	case r.Last:
		return strconv.Itoa(int(r.First))
	}
	return fmt.Sprintf("%d-%d", r.First, r.Last)
}

// MarshalText implements encoding.TextMarshaler.
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Contains reports whether a port is in the range.
func (r PortRange) Contains(port uint16) bool {
	return r.First != 0 && r.First <= port && port <= r.Last
}

// overlaps reports whether two ranges have a port in common.
func (r PortRange) overlaps(o PortRange) bool { return r.Contains(o.First) || o.Contains(r.First) }
