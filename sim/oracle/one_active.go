package oracle

import (
	"math"
	"time"

	"github.com/cablepull/cablepull/sim/event"
)

// oneActive watches each pair of members of a group. Both may own the virtual
// IP while they cannot hear each other, and for the allowed time after that:
// until they hear the first hello, which takes a hello time and its jitter, or
// a coup that was lost and is repeated.
type oneActive struct {
	scene *scene
	watch *watch
	pairs []*pair
	seen  int           // version of the scene
	due   time.Duration // the first instant at which a pair has overlapped too long
}

type pair struct {
	a, b    *Entry
	allowed time.Duration
	both    bool // own it and act, and they hear each other
	since   time.Duration
	told    bool
}

func newOneActive(s *scene, w *watch) *oneActive {
	o := &oneActive{scene: s, watch: w, due: math.MaxInt64}
	on := s.roster.Entries()
	for i, a := range on {
		for _, b := range on[i+1:] {
			if a.VIP != "" && a.VIP == b.VIP {
				allowed := max(a.Hold, b.Hold) + 2*max(a.Hello, b.Hello)
				o.pairs = append(o.pairs, &pair{a: a, b: b, allowed: allowed})
			}
		}
	}
	return o
}

// reads implements fold.
func (*oneActive) reads() event.Set { return versionReads }

// Observe implements fold.
func (o *oneActive) Observe(e event.Event) {
	if e.At > o.due {
		o.judge(e.At)
	}
	if version := o.scene.version(); version != o.seen {
		o.seen = version
		for _, p := range o.pairs {
			p.follow(o.scene.network, e.At)
		}
		o.plan()
	}
}

// follow notes when the overlap of the pair begins and ends.
func (p *pair) follow(n *network, now time.Duration) {
	since, joined := n.joined(p.a, p.b)
	both := joined && p.a.Owns() && p.b.Owns()
	if both && (!p.both || since > now) {
		p.since, p.told = max(now, since), false
	}
	p.both = both
}

func (o *oneActive) plan() {
	o.due = math.MaxInt64
	for _, p := range o.pairs {
		if p.both && !p.told {
			o.due = min(o.due, p.since+p.allowed)
		}
	}
}

// judge reports the pairs whose time was up before now.
func (o *oneActive) judge(now time.Duration) {
	for _, p := range o.pairs {
		if until := p.since + p.allowed; p.both && !p.told && now > until {
			p.told = true
			o.watch.report(until, "%s and %s are both Active for %s since %v, allowed are %v",
				p.a.Node, p.b.Node, p.a.VIP, p.since, p.allowed)
		}
	}
	o.plan()
}

// Finish implements fold.
func (o *oneActive) Finish(end time.Duration) { o.judge(end) }
