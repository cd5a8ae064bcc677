package netfab

import "time"

// Foreign makes the switch drop frames that a node sends with a source address
// other than its burnt-in one, as virtual switches of hypervisors do when
// "forged transmits" are not allowed.
type Foreign struct {
	Port *Port
	MAC  MAC // burnt in
}

// Rule returns the rule that drops those frames.
func (f Foreign) Rule() Rule { return &foreign{f, addressOf(f.MAC), f.String()} }

// String prints it as "block a.lan foreign".
func (f Foreign) String() string { return "block " + f.Port.name + " foreign" }

type foreign struct {
	Foreign
	own  address
	text string
}

func (f *foreign) String() string { return f.text }

// On implements Placed.
func (f *foreign) On(p *Port, way Direction) bool { return p == f.Port && way == Out }

// Judge implements Rule.
func (f *foreign) Judge(_ time.Duration, _ Hop, frame []byte) (Verdict, bool) {
	if source(frame) == f.own {
		return Verdict{}, false
	}
	return Verdict{Lost: f.text}, true
}
