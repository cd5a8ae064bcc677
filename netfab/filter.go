package netfab

import (
	"slices"

	"github.com/cablepull/cablepull/node/wire"
)

// Filter selects the frames that a NIC accepts: to unicast addresses it owns
// (its own and virtual ones), to groups it has joined, and always broadcast.
// gVisor delivers every frame it gets, so the filter comes first
// (spec/failover.md §9.2).
type Filter struct {
	unicast     []address
	groups      []address
	allGroups   bool
	promiscuous bool
	changed     func() // may be nil
}

// Add makes the NIC accept frames to m, unicast or group. Adding an address
// twice has no further effect.
func (f *Filter) Add(m MAC) {
	list := f.list(m)
	if a := addressOf(m); a != broadcast && !slices.Contains(*list, a) {
		*list = append(*list, a)
		f.report()
	}
}

// AddSource makes the NIC accept frames to the address that a frame comes from.
func (f *Filter) AddSource(frame []byte) {
	if eth := wire.EthernetOf(frame); eth != nil && !eth.Source().IsMulticast() {
		f.Add(eth.Source())
	}
}

// Remove makes the NIC ignore frames to m again.
func (f *Filter) Remove(m MAC) {
	list := f.list(m)
	if i := slices.Index(*list, addressOf(m)); i >= 0 {
		*list = slices.Delete(*list, i, i+1)
		f.report()
	}
}

// Clear removes all addresses, as a reset of the NIC does.
func (f *Filter) Clear() {
	f.unicast, f.groups, f.allGroups, f.promiscuous = f.unicast[:0], f.groups[:0], false, false
	f.report()
}

// SetPromiscuous makes the NIC accept every frame, or again only those to its
// addresses.
func (f *Filter) SetPromiscuous(on bool) {
	f.promiscuous = on
	f.report()
}

// SetAllGroups makes the NIC accept frames to every group, or again only to
// those that it has joined.
func (f *Filter) SetAllGroups(on bool) {
	f.allGroups = on
	f.report()
}

// OnChange has changed called after each change.
func (f *Filter) OnChange(changed func()) { f.changed = changed }

func (f *Filter) report() {
	if f.changed != nil {
		f.changed()
	}
}

// Promiscuous reports whether the NIC accepts every frame.
func (f *Filter) Promiscuous() bool { return f.promiscuous }

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
		return f.allGroups || slices.Contains(f.groups, a)
	}
	return slices.Contains(f.unicast, a)
}
