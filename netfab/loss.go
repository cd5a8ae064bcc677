package netfab

import "math/rand/v2"

// losses decides which frames are lost: independently (Bernoulli) or in bursts
// (Gilbert-Elliott: a channel is good or bad, and loses all frames while bad).
type losses struct {
	share   float64 // of all frames, in either model
	worsen  float64 // probability that a good channel turns bad for the next frame
	recover float64 // probability that a bad channel turns good; 0: losses are independent
	bad     bool
	begun   bool
	random  *rand.Rand
}

// newLosses returns losses of the given share, in bursts of the given mean
// length. A share too high for such short bursts lengthens them, because at
// least one frame must pass between two bursts.
func newLosses(share, burst float64, random *rand.Rand) losses {
	l := losses{share: share, random: random}
	if burst > 1 && share > 0 && share < 1 {
		odds := share / (1 - share)
		l.recover = 1 / max(burst, odds)
		l.worsen = odds * l.recover
	}
	return l
}

// next decides about one frame.
func (l *losses) next() bool {
	switch {
	case l.share == 0:
		return false
	case l.recover == 0:
		return l.random.Float64() < l.share
	}
	luck := l.random.Float64()
	switch {
	case !l.begun: // as likely to be bad as it is in the long run
		l.begun, l.bad = true, luck < l.share
	case l.bad:
		l.bad = luck >= l.recover
	default:
		l.bad = luck < l.worsen
	}
	return l.bad
}
