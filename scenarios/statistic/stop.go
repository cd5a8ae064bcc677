package statistic

import "math"

// Stop says when there have been enough runs. It looks only after whole blocks,
// whose length is fixed before the first run: who looks after each run and
// stops when he likes what he sees gets intervals that miss the true value more
// often than they say. Even so, an interval at which a width stopped the runs
// is slightly too narrow; one after a fixed number of hits is not.
type Stop struct {
	Block int // runs between two looks, at least 1
	Most  int // never more runs than this; 0: no limit
	// Relative and Absolute stop when the longer half of the interval is at most
	// this share of the estimate, or this number; 0: not asked.
	Relative float64
	Absolute float64
	Hits     int // stops after so many hits; 0: not asked
}

// Next returns after how many runs to look next, and false if there shall be no
// more runs than n.
func (s Stop) Next(n int) (int, bool) {
	if s.Most > 0 && n >= s.Most {
		return n, false
	}
	block := max(s.Block, 1)
	next := (n/block + 1) * block
	if s.Most > 0 {
		next = min(next, s.Most)
	}
	return next, true
}

// Reached reports whether n runs with so many hits are enough for an interval,
// and if not, about how many more runs it takes, in whole blocks; 0 if that is
// not known. It is always false between two looks, and true at the limit only
// if it is enough.
func (s Stop) Reached(n, hits int, i Interval) (bool, int) {
	block := max(s.Block, 1)
	if n == 0 || n%block != 0 && n != s.Most {
		return false, 0
	}
	if s.Hits > 0 {
		if hits >= s.Hits {
			return true, 0
		}
		if hits == 0 {
			return false, 0
		}
		return false, s.whole(math.Ceil(float64(n)*float64(s.Hits)/float64(hits)) - float64(n))
	}
	if i.Needs > 0 {
		return false, s.whole(float64(i.Needs))
	}
	limit, asked := s.limit(i)
	half := i.Half()
	switch {
	case !asked || half <= limit:
		return asked, 0
	case math.IsInf(half, 1) || limit == 0:
		return false, 0
	}
	// The width falls with the root of the number of runs.
	return false, s.whole(float64(n) * (math.Pow(half/limit, 2) - 1))
}

// limit returns the longest half that is narrow enough.
func (s Stop) limit(i Interval) (float64, bool) {
	limit := 0.0
	if s.Relative > 0 {
		limit = s.Relative * math.Abs(i.Value)
	}
	return max(limit, s.Absolute), s.Relative > 0 || s.Absolute > 0
}

func (s Stop) whole(runs float64) int {
	block := float64(max(s.Block, 1))
	if runs > runsMax {
		return 0
	}
	return int(max(math.Ceil(runs/block), 1) * block)
}
