package topology

import (
	"fmt"
	"slices"
)

// Kinds of invalid topology that Topology.AllowInvalid admits: mistakes with
// which machines run in the field.
const (
	DuplicateMAC = "duplicate-mac" // two interfaces on a segment have the same MAC address
	DuplicateIP  = "duplicate-ip"  // two interfaces on a segment have the same IP address
	WrongNetmask = "wrong-netmask" // an interface is in another subnet than others on its segment
	ServiceLoop  = "service-loop"  // services of a gateway forward to each other in a circle
)

var invalidKinds = []string{DuplicateMAC, DuplicateIP, WrongNetmask, ServiceLoop}

// invalid reports a problem of a kind that may be admitted. That it occurs is
// noted either way.
func (c *checker) invalid(kind string, path []string, format string, args ...any) {
	c.occurred[kind] = true
	if !slices.Contains(c.AllowInvalid, kind) {
		c.fail(path, format, args...)
	}
}

// allowances checks that what is admitted exists and occurs. An entry that no
// longer applies would hide the next mistake of its kind.
func (c *checker) allowances() {
	for i, kind := range c.AllowInvalid {
		path := []string{"allow-invalid", fmt.Sprint(i)}
		switch {
		case !slices.Contains(invalidKinds, kind):
			c.fail(path, "got %q, want %s", kind, AnyOf(kind, invalidKinds))
		case slices.Contains(c.AllowInvalid[:i], kind):
			c.fail(path, "%s is in the list twice", kind)
		case !c.occurred[kind]:
			c.fail(path, "%s does not occur in this topology: leave it out", kind)
		}
	}
}
