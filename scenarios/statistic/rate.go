package statistic

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Rate returns events per unit of time, such as false failovers per simulated
// year, with the exact bounds of Garwood (Biometrika 28, 1936) for events that
// happen independently of each other, in all runs together. They are
// conservative, as those of Proportion. Events that come in bursts are no such
// events: count bursts.
//
// It panics if events or time are negative. In no time, nothing is known.
func Rate(events int, time float64, l Level) Interval {
	if events < 0 || !(time >= 0) {
		panic(fmt.Sprintf("statistic: rate: got %d events in a time of %v", events, time))
	}
	tail := l.tail()
	if time == 0 {
		return none(1)
	}
	k := float64(events)
	i := Interval{Value: k / time, Count: events, HasLow: l.low(), HasHigh: l.high()}
	if i.HasLow && events > 0 {
		i.Low = mathext.GammaIncRegInv(k, tail) / time
	}
	if i.HasHigh {
		i.High = mathext.GammaIncRegCompInv(k+1, tail) / time
	}
	return i
}

// MoreForRate returns about how many more than n runs it takes until the
// interval of a rate lies on one side of a limit, if events go on as in the n
// runs so far, which took the time together. It returns false if they never
// would.
func MoreForRate(events int, time float64, n int, limit float64, l Level) (int, bool) {
	if n <= 0 || time <= 0 {
		return 0, false
	}
	return more(n, func(total int) bool {
		factor := float64(total) / float64(n)
		i := Rate(int(math.Round(float64(events)*factor)), time*factor, l)
		return i.HasHigh && i.High <= limit || i.HasLow && i.Low > limit
	})
}
