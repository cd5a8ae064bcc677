package client

import (
	"math/rand/v2"
	"time"

	"github.com/cablepull/cablepull/node/host"
	"github.com/cablepull/cablepull/sim/topology"
)

// phaseMax is the maximum time from a client's start to its first request.
const phaseMax = time.Second

// arrival computes when requests are due: at a constant interval, or as a
// Poisson process.
type arrival struct {
	rate   float64 // per second
	first  time.Duration
	count  int64 // instants returned so far
	last   time.Duration
	random *rand.Rand // nil: constant
}

// newArrival returns the instants of a client that has a rate. Phase and random
// times have streams of their own.
func newArrival(h *host.Host, cfg topology.Client) arrival {
	interval := time.Duration(float64(time.Second) / float64(cfg.Rate))
	phase := h.Loop().Stream("client/" + h.Name() + "/phase")
	a := arrival{
		rate:  float64(cfg.Rate),
		first: cfg.Start + time.Duration(phase.Float64()*float64(min(interval, phaseMax))),
	}
	if cfg.Phase != 0 {
		a.first = cfg.Start + cfg.Phase
	}
	if cfg.Arrival == topology.ArrivalPoisson {
		a.first = cfg.Start
		a.random = h.Loop().Stream("client/" + h.Name() + "/arrival")
	}
	return a
}

// next returns the next instant.
func (a *arrival) next() time.Duration {
	if a.random != nil {
		if a.count == 0 {
			a.last = a.first
		}
		a.last += time.Duration(a.random.ExpFloat64() * float64(time.Second) / a.rate)
		a.count++
		return a.last
	}
	// Counted from the first instant, so that rounding errors do not add up.
	a.last = a.first + time.Duration(float64(a.count)*float64(time.Second)/a.rate)
	a.count++
	return a.last
}

// skip drops the instants before now, which a machine missed while it was down.
func (a *arrival) skip(now time.Duration) {
	if now <= a.first {
		return
	}
	if a.random != nil {
		a.first, a.count = now, 0
		return
	}
	a.count = int64(float64(now-a.first) * a.rate / float64(time.Second))
	for a.first+time.Duration(float64(a.count)*float64(time.Second)/a.rate) < now {
		a.count++
	}
}
