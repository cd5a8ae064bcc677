package statistic

import (
	"fmt"

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
