package netfab

import (
	"slices"
	"time"
)

// Direction is a direction on a cable, as seen from the node.
type Direction uint8

// The directions.
const (
	Both Direction = iota
	Out            // what the node sends
	In             // what the node receives
)

// String returns "out", "in" or, for Both, nothing.
func (d Direction) String() string { return [...]string{"", "out", "in"}[d] }

// covers reports whether d includes the single direction w.
func (d Direction) covers(w Direction) bool { return d == Both || d == w }

// Hop is a frame's passage over one cable.
type Hop struct {
	From *Port // the port of the sending NIC
	To   *Port // the port of the receiving NIC; nil on the hop out, from NIC to switch
}

// Way returns Out on the sender's cable and In on the receiver's.
func (h Hop) Way() Direction {
	if h.To == nil {
		return Out
	}
	return In
}

// Rule judges frames, hop by hop. All rules that concern a hop are called in
// the order of installation. A verdict of Pass or Lose is final; other verdicts
// add up, so that a delay never disables a partition. A rule may keep counters,
// but must not send, install or change anything. The hop in is judged only for
// frames that the NIC would accept.
type Rule interface {
	// Judge returns false if the rule has no opinion on the frame.
	Judge(now time.Duration, hop Hop, frame []byte) (Verdict, bool)
	// String returns the rule as a line of text, such as "partition a | b".
	String() string
}

// Placed is a rule that concerns only some hops: frames on others do not pay
// for it.
type Placed interface {
	Rule
	// On reports whether the rule judges frames in the given direction, Out or In,
	// on the cable of p.
	On(p *Port, way Direction) bool
}

// Verdict is what happens to a frame on a hop. The zero Verdict lets it pass.
type Verdict struct {
	Lost   string        // if not empty: the frame is lost, for this reason
	Delay  time.Duration // additional delay
	Copies int           // number of additional copies, which arrive right after it
	Hold   time.Duration // maximum time that it waits to be overtaken by the next frame on the hop
	Flip   int           // if not 0: flip bit Flip-1 after the Ethernet header, modulo the number of bits
}

// Pass lets the frame pass; no further rule is called.
func Pass() Verdict { return Verdict{} }

// Lose loses the frame. why is a phrase for reports, never empty.
func Lose(why string) Verdict { return Verdict{Lost: why} }

// final reports whether no further rule is called.
func (v Verdict) final() bool { return v.Lost != "" || v == Verdict{} }

// installation is a rule at its place in the order.
type installation struct{ rule Rule }

// Install makes r judge frames from now on, after the rules installed before.
// undo ends that; calling it again does nothing.
func (f *Fabric) Install(r Rule) (undo func()) {
	inst := &installation{r}
	f.rules = append(f.rules, inst)
	if p, ok := r.(*partition); ok {
		f.split(p)
	}
	f.placeAll()
	return func() {
		i := slices.Index(f.rules, inst)
		if i < 0 {
			return
		}
		f.rules = slices.Delete(f.rules, i, i+1)
		if p, ok := r.(*partition); ok {
			f.heal(p)
		}
		f.placeAll()
	}
}

// Rules returns the installed rules in order.
func (f *Fabric) Rules() []Rule {
	var rules []Rule
	for _, inst := range f.rules {
		rules = append(rules, inst.rule)
	}
	return rules
}

// placeAll assigns to each cable the rules that concern it.
func (f *Fabric) placeAll() {
	for _, p := range f.ports {
		f.place(p)
	}
}

func (f *Fabric) place(p *Port) {
	for _, l := range []*lane{&p.out, &p.in} {
		l.rules = l.rules[:0]
		for _, inst := range f.rules {
			if placed, ok := inst.rule.(Placed); !ok || placed.On(p, l.way) {
				l.rules = append(l.rules, inst.rule)
			}
		}
		l.update()
	}
}
