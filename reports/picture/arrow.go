package picture

import (
	"fmt"
	"math"
	"slices"

	"github.com/cablepull/cablepull/reports/sequence"
	"github.com/cablepull/cablepull/reports/text"
)

// sort is a sort of frames with a look of its own.
type sort struct {
	name  string
	class string
	kinds []sequence.Kind
}

// sorts are those of frames that arrive, each with a colour and a pattern.
var sorts = []sort{
	{"standby protocol", "f-standby", []sequence.Kind{sequence.Hello, sequence.Coup, sequence.Resign, sequence.Advert}},
	{"ARP", "f-arp", []sequence.Kind{sequence.GARP, sequence.Resolve}},
	{"self-balancing", "f-balance", []sequence.Kind{sequence.Report, sequence.Recovery, sequence.Copied}},
	{"reset or error", "f-reset", []sequence.Kind{sequence.Reset, sequence.ICMP}},
	{"connections and data", "f-tcp", nil},
}

// lost is the sort of those that do not arrive.
var lost = sort{"lost", "f-lost", nil}

// sortOf is how an arrow looks that arrives.
func sortOf(k sequence.Kind) sort {
	for _, s := range sorts {
		if slices.Contains(s.kinds, k) {
			return s
		}
	}
	return sorts[len(sorts)-1]
}

// keys are the entries of the legend for what was drawn.
func (l *ladder) keys() []key {
	used := map[string]bool{}
	for _, a := range l.d.Arrows {
		if len(a.To) > 0 || len(a.Missed) == 0 {
			used[sortOf(a.Kind).class] = true
		}
		if a.Why != "" {
			used[lost.class] = true
		}
	}
	var all []key
	for _, s := range append(slices.Clone(sorts), lost) {
		if used[s.class] {
			shape := "M-6 0h12"
			if s.class == lost.class {
				shape += "m-3 -3l6 6m-6 0l6 -6"
			}
			all = append(all, key{s.name, s.class, shape})
		}
	}
	return all
}

// arrow draws a frame from its sender to each machine that got it, and to where
// it was lost.
func (l *ladder) arrow(r *rung) {
	a, x := r.arrow, l.columns[r.arrow.From]
	fall := l.fall(r)
	class, title := sortOf(a.Kind).class, l.title(a)
	for _, node := range a.To {
		l.shaft(class, x, r.y, l.columns[node], r.y+fall, title)
	}
	for _, node := range a.Missed {
		l.cross(x, r.y, x+(l.columns[node]-x)*0.8, r.y+fall, title)
	}
	if len(a.To)+len(a.Missed) > 0 {
		return
	}
	// Nobody is there, or nobody can tell for whom it was.
	if to := l.stub(x); a.Why != "" {
		l.cross(x, r.y, to, r.y, title)
	} else {
		l.path(class, "M"+num(x)+" "+num(r.y)+"L"+num(to)+" "+num(r.y)+ring(to, r.y, 3), title)
	}
}

// stub is where the arrow of a frame ends that goes nowhere.
func (l *ladder) stub(x float64) float64 {
	if to := x + 70; to <= l.width-margin {
		return to
	}
	return x - 70
}

// fall is how much lower an arrow ends than it begins: if its way took so long
// that the scale shows it.
func (l *ladder) fall(r *rung) float64 {
	took := r.arrow.DoneAt - r.arrow.At
	if h := rowHeight * float64(took) / float64(l.step); h >= 2 {
		return min(h, 8)
	}
	return 0
}

// shaft draws a line with a head.
func (l *ladder) shaft(class string, x1, y1, x2, y2 float64, title string) {
	angle := math.Atan2(y2-y1, x2-x1)
	l.path(class, "M"+num(x1)+" "+num(y1)+"L"+num(x2)+" "+num(y2), title)
	head := func(turn float64) (x, y float64) {
		return x2 - 8*math.Cos(angle+turn), y2 - 8*math.Sin(angle+turn)
	}
	ax, ay := head(0.4)
	bx, by := head(-0.4)
	l.path(class+" head", polygon(x2, y2, ax, ay, bx, by), "")
}

// cross draws a line that ends in a cross.
func (l *ladder) cross(x1, y1, x2, y2 float64, title string) {
	l.path(lost.class, "M"+num(x1)+" "+num(y1)+"L"+num(x2)+" "+num(y2), title)
	l.path(lost.class+" mark", cross(x2, y2, 4.5), "")
}

// title is everything that is known of an arrow.
func (l *ladder) title(a *sequence.Arrow) string {
	s := fmt.Sprintf("%s: %s sends %s", text.Instant(a.At), a.From, a.Text)
	if took := a.DoneAt - a.At; took > 0 && len(a.To) > 0 {
		s += ", on its way for " + text.Short(took)
	}
	if a.Count > 1 {
		s += fmt.Sprintf(", %d times until %s", a.Count, text.Instant(a.Last))
	}
	if a.Why != "" {
		s += ", lost: " + a.Why
	}
	return s
}

// caption writes what an arrow is, on the side to which it goes.
func (l *ladder) caption(r *rung) {
	a, x, y := r.arrow, l.columns[r.arrow.From], r.y-5
	words := a.Text
	if a.Count > 1 {
		words += fmt.Sprintf(" ×%d", a.Count)
	}
	switch {
	case a.Why != "":
		words += ", lost: " + a.Why
	case len(a.To) == 0:
		words += ", to nobody"
	}
	right, left := false, false
	for _, node := range slices.Concat(a.To, a.Missed) {
		right, left = right || l.columns[node] > x, left || l.columns[node] < x
	}
	atLeft, atRight := x-gutter-8, l.width-margin-x-8
	switch {
	case !right && !left:
		right = l.stub(x) > x
	case right && left: // rather where there is more room
		right = atRight >= atLeft
	}
	// Where it does not fit, it begins at the edge.
	switch need := wide(words); {
	case right && need <= atRight:
		l.text("caption", x+8, y, atStart, words)
	case !right && need <= atLeft:
		l.text("caption", x-8, y, atEnd, words)
	case right:
		l.text("caption", l.width-margin, y, atEnd, shorten(words, l.width-margin-gutter))
	default:
		l.text("caption", gutter, y, atStart, shorten(words, l.width-margin-gutter))
	}
}
