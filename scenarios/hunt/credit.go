package hunt

import "math/rand/v2"

// credit counts what each way to come by a schedule has brought: number 0 is to
// draw it, the others are the changes.
type credit []struct{ tried, brought int }

// creditMemory is how many schedules the counts cover: when it is reached they
// are halved, so that what a way brought long ago does not count for ever.
const creditMemory = 512

// rate is how many new states a way brings per 64 schedules. One that was never
// tried is taken to bring some.
func (c credit) rate(way int) int { return 64 * (8 + c[way].brought) / (1 + c[way].tried) }

// pick picks a way by the square of its rate, so that each is tried again now
// and then.
func (c credit) pick(r *rand.Rand) int {
	return pickBy(r, len(c), func(way int) int { return max(1, c.rate(way)*c.rate(way)) })
}

// note notes what a way has brought.
func (c credit) note(way, brought int) {
	c[way].tried++
	c[way].brought += brought
	sum := 0
	for _, one := range c {
		sum += one.tried
	}
	if sum < creditMemory {
		return
	}
	for way := range c {
		c[way].tried /= 2
		c[way].brought /= 2
	}
}

// pickBy picks one of so many by their weights, at least one of which must not
// be 0.
func pickBy(r *rand.Rand, count int, weight func(int) int) int {
	sum := 0
	for i := range count {
		sum += weight(i)
	}
	at := r.IntN(sum)
	for i := range count {
		if at -= weight(i); at < 0 {
			return i
		}
	}
	return count - 1
}
