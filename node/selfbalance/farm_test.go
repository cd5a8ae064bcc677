package selfbalance

import (
	"math"
	"slices"
	"testing"
)

// farm is a group of members that serve connections, each with a processor that
// its connections share. Times are seconds.
type farm struct {
	d       *Destinations
	s       Scheduler
	now     float64
	workers []*worker // by place in d.Order
	opened  int       // connections that were assigned so far
	again   func() float64
	hold    float64   // how long a connection stays open after its work
	closing []closing // in the order of their instants
}

// closing is a connection whose work is done.
type closing struct {
	at  float64
	who int
}

// worker is one member.
type worker struct {
	speed  float64   // work done per second
	jobs   []float64 // work that is left of each open connection
	busy   float64   // time in which it had work
	opened int
	done   int
	open   float64 // sum of the times that connections were open
}

// newFarm returns members of the given speeds, whose weights are their speeds
// in per cent of the largest.
func newFarm(a Algorithm, speeds ...float64) *farm {
	weights := make([]uint16, len(speeds))
	for i, speed := range speeds {
		weights[i] = uint16(math.Round(100 * speed / slices.Max(speeds)))
	}
	f := &farm{d: team(weights...), s: NewScheduler(a)}
	for _, speed := range speeds {
		f.workers = append(f.workers, &worker{speed: speed})
	}
	return f
}

// connect assigns a connection that needs this much work.
func (f *farm) connect(work float64) {
	slot, ok := f.s.Schedule(flowOf(f.opened), f.d)
	f.opened++
	if !ok {
		return
	}
	w := f.workers[slices.Index(f.d.Order, slot)]
	w.jobs = append(w.jobs, work)
	w.opened++
	f.d.Counts[slot].Active++
}

// run serves until an instant. A connection that closes is succeeded by another
// one, if again says how much work that needs.
func (f *farm) run(until float64) {
	for f.now < until {
		// The next work to finish, if it is before the next close and before the end.
		step, who, what := until-f.now, -1, 0
		if len(f.closing) > 0 {
			step = min(step, f.closing[0].at-f.now)
		}
		for i, w := range f.workers {
			for j, left := range w.jobs {
				if need := left * float64(len(w.jobs)) / w.speed; need < step {
					step, who, what = need, i, j
				}
			}
		}
		f.serve(step)
		if who >= 0 {
			w := f.workers[who]
			w.jobs = slices.Delete(w.jobs, what, what+1)
			w.done++
			f.closing = append(f.closing, closing{f.now + f.hold, who})
		}
		for len(f.closing) > 0 && f.closing[0].at <= f.now {
			f.d.Counts[f.d.Order[f.closing[0].who]].Active--
			f.closing = f.closing[1:]
			if f.again != nil {
				f.connect(f.again())
			}
		}
	}
}

// serve lets all members work for a while in which nothing finishes.
func (f *farm) serve(step float64) {
	for i, w := range f.workers {
		n := float64(len(w.jobs))
		for j := range w.jobs {
			w.jobs[j] -= step * w.speed / n
		}
		if n > 0 {
			w.busy += step
		}
		w.open += step * float64(f.d.Counts[f.d.Order[i]].Active)
	}
	f.now += step
}

// spread returns the largest of a figure of the workers divided by the least.
func (f *farm) spread(figure func(*worker) float64) float64 {
	var all []float64
	for _, w := range f.workers {
		all = append(all, figure(w))
	}
	return slices.Max(all) / slices.Min(all)
}

// TestUnevenServiceTimes gives three equal members connections of which every
// third needs ten times the work of the others, in step with rr. There is 5 %
// more to do than all together can. Each completes as many with wlc, but rr
// gives all the long ones to one member.
func TestUnevenServiceTimes(t *testing.T) {
	rate := func(a Algorithm) float64 {
		f := newFarm(a, 1, 1, 1)
		for i := range 5000 {
			work := 0.5
			if i%3 == 0 {
				work = 5
			}
			f.connect(work)
			f.run(float64(i+1) / (1.05 * 1.5)) // the mean is 2
		}
		return f.spread(func(w *worker) float64 { return float64(w.done) })
	}
	if got := rate(WeightedLeastConnections); got > 1.1 {
		t.Errorf("wlc: the largest completion rate is %.2f x the smallest, want at most 1.1", got)
	}
	if got := rate(RoundRobin); got < 1.8 {
		t.Errorf("rr: the largest completion rate is %.2f x the smallest, want at least 1.8", got)
	}
}

// TestUnevenMembers lets 100 clients connect again as soon as a connection is
// finished. One member is three times as fast as another, and its weight says
// so. With wlc all complete at the same rate for their weight and all
// connections take equally long; with rr the clients pile up at the slowest.
func TestUnevenMembers(t *testing.T) {
	play := func(a Algorithm) (perWeight, perConnection float64) {
		f := newFarm(a, 1, 2, 3)
		f.again = func() float64 { return 0.5 + float64(mix(uint64(f.opened))%1000)/1000 }
		for range 100 {
			f.connect(f.again())
		}
		f.run(1000)
		return f.spread(func(w *worker) float64 { return float64(w.done) / w.speed }),
			f.spread(func(w *worker) float64 { return float64(w.done) / w.open })
	}
	if perWeight, perConnection := play(WeightedLeastConnections); perWeight > 1.1 || perConnection > 1.1 {
		t.Errorf("wlc: the largest completion rate per weight is %.2f x, per open connection %.2f x the smallest, want at most 1.1", perWeight, perConnection)
	}
	if perWeight, perConnection := play(RoundRobin); perWeight < 1.8 || perConnection < 1.8 {
		t.Errorf("rr: the largest completion rate per weight is %.2f x, per open connection %.2f x the smallest, want at least 1.8", perWeight, perConnection)
	}
}

// control is the loop from load to weights and back: each member samples its
// CPU every second and reports a weight, which arrives later and changes what
// it gets. It returns how far the share of a member in the connections of one
// second was from its mean, at most, in the last 60 s.
func control(smoothing float64) float64 {
	const (
		perSecond = 1000
		work      = 0.8 * 3.5 / perSecond // the group is busy for 80 %
		delay     = 0.2                   // of a report
		hold      = 0.5                   // a client far away
		last      = 60
	)
	f := newFarm(WeightedLeastConnections, 1, 1, 1.5)
	f.hold = hold
	weighers := make([]Weigher, len(f.workers))
	shares := make([][]float64, len(f.workers))
	type report struct {
		at     float64
		who    int
		weight uint16
	}
	var reports []report
	before := make([]worker, len(f.workers)) // at the last sample
	for i := range 180 * perSecond {
		f.connect(work * (0.5 + float64(mix(uint64(i))%1000)/1000))
		f.run(float64(i+1) / perSecond)
		for who, w := range f.workers {
			if i%perSecond == who*perSecond/len(f.workers) { // they do not report together
				weighers[who].Smoothing, weighers[who].FullSamples = smoothing, 3
				reports = append(reports, report{f.now + delay, who, weighers[who].Sample(w.busy - before[who].busy)})
				before[who].busy = w.busy
			}
			if i%perSecond == 0 {
				shares[who] = append(shares[who], float64(w.opened-before[who].opened)/perSecond)
				before[who].opened = w.opened
			}
		}
		for len(reports) > 0 && reports[0].at <= f.now {
			f.d.Weights[f.d.Order[reports[0].who]] = reports[0].weight
			f.d.Version++
			reports = reports[1:]
		}
	}
	farthest := 0.0
	for _, all := range shares {
		all = all[len(all)-last:]
		mean := 0.0
		for _, share := range all {
			mean += share / last
		}
		farthest = max(farthest, slices.Max(all)/mean-1, 1-slices.Min(all)/mean)
	}
	return farthest
}

// TestControlLoop: smoothed weights keep the shares steady, weights that follow
// each second do not.
func TestControlLoop(t *testing.T) {
	if got := control(0.9); got > 0.1 {
		t.Errorf("smoothed: a share is %.0f %% off its mean, want at most 10 %%", 100*got)
	}
	if got := control(0); got < 0.3 {
		t.Errorf("not smoothed: a share is %.0f %% off its mean at most, want more than 30 %%", 100*got)
	}
}
