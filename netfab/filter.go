package netfab

import "slices"

// Filter selects the frames that a NIC accepts: to unicast addresses it owns
// (its own and virtual ones), to groups it has joined, and always broadcast.
// gVisor delivers every frame it gets, so the filter comes first
// (spec/failover.md §9.2).
type Filter struct {
	unicast     []address
	groups      []address
	promiscuous bool
}

// Add makes the NIC accept frames to m, unicast or group. Adding an address
// twice has no further effect.
func (f *Filter) Add(m MAC) {
	list := f.list(m)
	if a := addressOf(m); a != broadcast && !slices.Contains(*list, a) {
		*list = append(*list, a)
	}
}

// Remove makes the NIC ignore frames to m again.
func (f *Filter) Remove(m MAC) {
	list := f.list(m)
	if i := slices.Index(*list, addressOf(m)); i >= 0 {
		*list = slices.Delete(*list, i, i+1)
	}
}

// Clear removes all addresses, as a reset of the NIC does.
func (f *Filter) Clear() { f.unicast, f.groups, f.promiscuous = f.unicast[:0], f.groups[:0], false }

// SetPromiscuous makes the NIC accept every frame, or again only those to its
// addresses.
func (f *Filter) SetPromiscuous(on bool) { f.promiscuous = on }

// Accepts reports whether the NIC accepts frames to m.
func (f *Filter) Accepts(m MAC) bool { return f.accepts(addressOf(m)) }

// Addresses returns the unicast addresses and groups, in the order in which
// they were added.
func (f *Filter) Addresses() []MAC {
	var all []MAC
	for _, a := range f.unicast {
		all = append(all, a.mac())
	}
	for _, a := range f.groups {
		all = append(all, a.mac())
	}
	return all
}

func (f *Filter) list(m MAC) *[]address {
	if m.IsMulticast() {
		return &f.groups
	}
	return &f.unicast
}

func (f *Filter) accepts(a address) bool {
	switch {
	case a == broadcast || f.promiscuous:
		return true
	case a.isGroup():
		return slices.Contains(f.groups, a)
	}
	return slices.Contains(f.unicast, a)
}
