package netfab

import (
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// Losing is the rule that loses a share, 0..1, of the frames to a port, in
// bursts of a mean length; up to 1: independently. Its stream is its own, so
// that impairments of the same cable draw what they would draw without it.
func Losing(p *Port, share, burst float64, random *rand.Rand) Rule {
	return &losing{port: p, losses: newLosses(share, burst, random), text: "noise: loss on " + p.link()}
}

type losing struct {
	port   *Port
	losses losses
	text   string
}

func (l *losing) String() string { return l.text }

// On implements Placed.
func (l *losing) On(p *Port, way Direction) bool { return p == l.port && way == In }

// Judge implements Rule.
func (l *losing) Judge(time.Duration, Hop, []byte) (Verdict, bool) {
	if l.losses.next() {
		return Verdict{Lost: l.text}, true
	}
	return Verdict{}, false
}

// Delaying is the rule that delays each frame to a port by what next returns.
// The frames keep their order.
func Delaying(p *Port, next func() time.Duration) Rule {
	return &delaying{port: p, way: In, next: next, text: "noise: delay on " + p.link()}
}

// DelayingHellos is the rule that delays each hello from a port by what next
// returns. The other messages of its group do not overtake it.
func DelayingHellos(p *Port, next func() time.Duration) Rule {
	return &delaying{port: p, way: Out, next: next, hellos: true, text: "noise: late hellos on " + p.link()}
}

type delaying struct {
	port    *Port
	way     Direction
	hellos  bool // only these are late
	next    func() time.Duration
	arrival time.Duration // of the last frame, to keep the order
	text    string
}

func (d *delaying) String() string { return d.text }

// On implements Placed.
func (d *delaying) On(p *Port, way Direction) bool { return p == d.port && way == d.way }

// Judge implements Rule.
func (d *delaying) Judge(now time.Duration, _ Hop, frame []byte) (Verdict, bool) {
	if d.hellos && !wire.IsHSRP(frame) {
		return Verdict{}, false
	}
	late := time.Duration(0)
	if !d.hellos || Hello.Matches(frame) {
		late = d.next()
	}
	d.arrival = max(d.arrival, now+late)
	if d.arrival == now {
		return Verdict{}, false
	}
	return Verdict{Delay: d.arrival - now}, true
}
