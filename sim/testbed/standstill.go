//go:build linux

package testbed

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
)

// standstill loses the frames to and from a frozen machine: its processes stand,
// but its cables, and in a real host its kernel, go on.
type standstill struct{ node string }

// Judge implements netfab.Rule.
func (s standstill) Judge(_ time.Duration, hop netfab.Hop, _ []byte) (netfab.Verdict, bool) {
	if hop.From.Node() == s.node || hop.To != nil && hop.To.Node() == s.node {
		return netfab.Lose(s.String()), true
	}
	return netfab.Pass(), false
}

// On implements netfab.Placed.
func (s standstill) On(p *netfab.Port, _ netfab.Direction) bool { return p.Node() == s.node }

// String implements netfab.Rule.
func (s standstill) String() string { return s.node + " is frozen" }

var _ netfab.Placed = standstill{}
