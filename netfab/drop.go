package netfab

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Drop loses selected frames. With To it judges on the receiver's cable, and
// counts only frames that would reach the receiver; otherwise on the sender's,
// where each frame counts once.
type Drop struct {
	Kind     Kind
	From, To string // nodes; empty: any
	Every    int    // only every n-th such frame; 0 or 1: all
	First    int    // only the first n that would be lost; 0: no limit
}

// Rule returns the rule for the drop. It fails with ErrRule on an unknown kind
// or a negative count.
func (d Drop) Rule() (Rule, error) {
	if !d.Kind.Valid() {
		return nil, fmt.Errorf("%w: drop: kind: got %q, want one of %v", ErrRule, d.Kind, Kinds())
	}
	if d.Every < 0 || d.First < 0 {
		return nil, fmt.Errorf("%w: %s: a count is negative", ErrRule, d)
	}
	return &drop{Drop: d, text: d.String()}, nil
}

// String prints the drop as "drop hello from a to b every 3rd first 2".
func (d Drop) String() string {
	var b strings.Builder
	b.WriteString("drop " + string(d.Kind))
	if d.From != "" {
		b.WriteString(" from " + d.From)
	}
	if d.To != "" {
		b.WriteString(" to " + d.To)
	}
	if d.Every > 1 {
		b.WriteString(" every " + ordinal(d.Every))
	}
	if d.First > 0 {
		b.WriteString(" first " + strconv.Itoa(d.First))
	}
	return b.String()
}

func ordinal(n int) string {
	suffix := "th"
	if n/10%10 != 1 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}

// drop is an installed Drop with its counters.
type drop struct {
	Drop
	text       string
	seen, lost int
}

func (d *drop) String() string { return d.text }

// On implements Placed.
func (d *drop) On(p *Port, way Direction) bool {
	if d.To != "" {
		return way == In && p.node == d.To
	}
	return way == Out && (d.From == "" || p.node == d.From)
}

// Judge implements Rule.
func (d *drop) Judge(_ time.Duration, hop Hop, frame []byte) (Verdict, bool) {
	if d.From != "" && hop.From.node != d.From || !d.Kind.Matches(frame) {
		return Verdict{}, false
	}
	if d.First > 0 && d.lost >= d.First {
		return Verdict{}, false
	}
	d.seen++
	if d.Every > 1 && d.seen%d.Every != 0 {
		return Verdict{}, false
	}
	d.lost++
	return Verdict{Lost: d.text}, true
}
