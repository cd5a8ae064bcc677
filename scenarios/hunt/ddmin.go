package hunt

import "slices"

// Minimise returns a part of the items, in their order, that still fails and
// from which no single item can be left out. It is Zeller's ddmin: it tries to
// leave out half of the items, then smaller and smaller parts. All of the items
// must fail; if only they do, it returns them.
func Minimise[T any](items []T, fails func([]T) bool) []T {
	if len(items) > 0 && fails(nil) {
		return nil
	}
	for parts := 2; len(items) > 1; {
		reduced := false
		for i := range parts {
			from, to := i*len(items)/parts, (i+1)*len(items)/parts
			rest := slices.Concat(items[:from], items[to:])
			if from < to && len(rest) > 0 && fails(rest) {
				items, reduced = rest, true
				break
			}
		}
		switch {
		case reduced:
			parts = max(parts-1, 2)
		case parts >= len(items):
			return items
		default:
			parts = min(2*parts, len(items))
		}
	}
	return items
}

// shortest returns the smallest number between low and high that fails, if
// smaller ones fail less: the border is searched by halving. High must fail.
func shortest(low, high int64, fails func(int64) bool) int64 {
	for low < high {
		middle := low + (high-low)/2
		if fails(middle) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return high
}
