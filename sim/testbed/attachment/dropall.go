//go:build linux

package attachment

import (
	"time"

	"github.com/cablepull/cablepull/netfab"
)

// dropAllRule loses the frames to and from a machine that should neither hear
// nor speak, though its cables have carrier: one that is frozen, whose
// processes stand while its kernel goes on, or one that boots, whose kernel is
// there already.
type dropAllRule struct{ node, why string }

// DropAll returns a rule that loses the frames to and from a node. Why
// completes the sentence of its name: NODE is frozen.
func DropAll(node, why string) netfab.Rule { return dropAllRule{node, why} }

// Judge implements netfab.Rule.
func (s dropAllRule) Judge(_ time.Duration, hop netfab.Hop, _ []byte) (netfab.Verdict, bool) {
	if hop.From.Node() == s.node || hop.To != nil && hop.To.Node() == s.node {
		return netfab.Lose(s.String()), true
	}
	return netfab.Pass(), false
}

// On implements netfab.Placed.
func (s dropAllRule) On(p *netfab.Port, _ netfab.Direction) bool { return p.Node() == s.node }

// String implements netfab.Rule.
func (s dropAllRule) String() string { return s.node + " " + s.why }

var _ netfab.Placed = dropAllRule{}
