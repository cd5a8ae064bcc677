package netfab

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Impairment degrades a cable in one or both directions. Shares are from 0 to 1
// and are drawn independently for each frame; loss, corruption, duplication,
// rate, delay and reordering apply in this order. Several impairments of one
// cable add up.
type Impairment struct {
	Direction    Direction     // Both: each direction draws independently, and Delay counts twice in a round trip
	Loss         float64       // share of frames lost
	Burst        float64       // mean number of consecutive losses (Gilbert-Elliott); up to 1: independent losses
	Delay        time.Duration // one way; it does not limit the rate
	Jitter       time.Duration // varies Delay, see Distribution; frames keep their order
	Distribution Distribution
	Duplicate    float64 // share of frames that arrive twice
	Reorder      float64 // share of frames that the next one overtakes
	Corrupt      float64 // share of frames with one flipped bit
	Rate         int64   // bits per second; 0: unlimited
	Queue        int64   // bytes that wait for the rate; more than 0 if there is one
}

const (
	// QueueMax is the maximum of Impairment.Queue.
	QueueMax = 1 << 30
	// ReorderHold is the maximum time a frame waits to be overtaken.
	ReorderHold = 10 * time.Millisecond
)

// Rule returns the rule that impairs the cable of p. It fails with ErrRule when
// a field is out of range.
func (i Impairment) Rule(p *Port) (Rule, error) {
	if err := i.check(); err != nil {
		return nil, fmt.Errorf("%w: impair %s: %w", ErrRule, p.link(), err)
	}
	imp := &impairment{Impairment: i, port: p, text: "impair " + p.link()}
	for _, way := range []Direction{Out, In} {
		if i.Direction.covers(way) {
			imp.ways[way] = newImpairedWay(i, p, way)
		}
	}
	if i.Direction != Both {
		imp.text += " " + i.Direction.String()
	}
	return imp, nil
}

func (i Impairment) check() error {
	shares := []struct {
		name  string
		share float64
	}{{"loss", i.Loss}, {"duplicate", i.Duplicate}, {"reorder", i.Reorder}, {"corrupt", i.Corrupt}}
	for _, s := range shares {
		if !(s.share >= 0 && s.share <= 1) {
			return fmt.Errorf("%s: got %v, want 0 to 1", s.name, s.share)
		}
	}
	switch {
	case !(i.Burst >= 0):
		return fmt.Errorf("burst: got %v, want 0 or more", i.Burst)
	case i.Delay < 0 || i.Jitter < 0:
		return fmt.Errorf("delay and jitter: got %v and %v, want 0 or more", i.Delay, i.Jitter)
	case i.Rate < 0:
		return fmt.Errorf("rate: got %d bit/s, want 0 or more", i.Rate)
	case i.Queue < 0 || i.Queue > QueueMax || i.Queue == 0 && i.Rate > 0:
		return fmt.Errorf("queue: got %d bytes, want 1 to %d", i.Queue, QueueMax)
	}
	return i.Distribution.check()
}

// impairment is an Impairment of one cable.
type impairment struct {
	Impairment
	port *Port
	text string
	ways [3]*impairedWay // by Direction; nil: not impaired
}

func (i *impairment) String() string { return i.text }

// On implements Placed.
func (i *impairment) On(p *Port, way Direction) bool { return p == i.port && i.ways[way] != nil }

// Judge implements Rule.
func (i *impairment) Judge(now time.Duration, hop Hop, frame []byte) (Verdict, bool) {
	v := i.ways[hop.Way()].judge(now, &i.Impairment, len(frame))
	return v, v != Verdict{}
}

// impairedWay is one direction of an impaired cable: its random streams and its
// queue. Each effect has its own stream, so that they do not affect each other.
type impairedWay struct {
	loss      losses
	shaper    shaper
	corrupt   *rand.Rand
	duplicate *rand.Rand
	jitter    *rand.Rand
	reorder   *rand.Rand
	lossText  string
	arrival   time.Duration // of the last frame, to keep the order
}

func newImpairedWay(i Impairment, p *Port, way Direction) *impairedWay {
	stream := func(effect string) *rand.Rand { return p.stream(way.String() + "/" + effect) }
	return &impairedWay{
		loss:      newLosses(i.Loss, i.Burst, stream("loss")),
		shaper:    shaper{rate: i.Rate, queue: i.Queue},
		corrupt:   stream("corrupt"),
		duplicate: stream("duplicate"),
		jitter:    stream("jitter"),
		reorder:   stream("reorder"),
		lossText:  "loss on " + p.link(),
	}
}

func (w *impairedWay) judge(now time.Duration, i *Impairment, size int) (v Verdict) {
	if w.loss.next() {
		return Verdict{Lost: w.lossText}
	}
	if i.Corrupt > 0 && w.corrupt.Float64() < i.Corrupt {
		v.Flip = 1 + w.corrupt.IntN(1<<16)
	}
	if i.Duplicate > 0 && w.duplicate.Float64() < i.Duplicate {
		v.Copies = 1
	}
	if i.Rate > 0 {
		wait, ok := w.shaper.admit(now, size)
		if !ok {
			return Verdict{Lost: queueFull}
		}
		v.Delay = wait
	}
	v.Delay += max(0, i.Delay+i.Distribution.draw(w.jitter, i.Jitter))
	w.arrival = max(w.arrival, now+v.Delay)
	v.Delay = w.arrival - now
	if i.Reorder > 0 && w.reorder.Float64() < i.Reorder {
		v.Hold = ReorderHold
	}
	return v
}
