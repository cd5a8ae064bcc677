//go:build linux

package testbed

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
)

// standstill loses the frames to and from a machine that should neither hear nor
// speak, though its cables have carrier: one that is frozen, whose processes
// stand while its kernel goes on, or one that boots, whose kernel is there
// already.
type standstill struct{ node, why string }

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
func (s standstill) String() string { return s.node + " " + s.why }

var _ netfab.Placed = standstill{}
