package oracle

import "slices"

// numbers is a set of numbers of requests, as spans in ascending order. In the
// end nearly all requests of a run are in it, so the spans are few, however
// long the run: they are as many as there are gaps.
type numbers struct{ spans []numberSpan }

// numberSpan is the numbers from first to last.
type numberSpan struct{ first, last uint64 }

// at returns the position of the span that holds n, or that n would come
// before.
func (s *numbers) at(n uint64) (i int, has bool) {
	if k := len(s.spans); k == 0 || s.spans[k-1].last < n {
		return k, false // the usual case
	}
	return slices.BinarySearchFunc(s.spans, n, func(s numberSpan, n uint64) int {
		switch {
		case s.last < n:
			return -1
		case s.first > n:
			return 1
		}
		return 0
	})
}

func (s *numbers) has(n uint64) bool {
	_, has := s.at(n)
	return has
}

func (s *numbers) add(n uint64) {
	i, has := s.at(n)
	if has {
		return
	}
	after := i > 0 && s.spans[i-1].last+1 == n
	before := i < len(s.spans) && s.spans[i].first == n+1
	switch {
	case after && before:
		s.spans[i-1].last = s.spans[i].last
		s.spans = slices.Delete(s.spans, i, i+1)
	case after:
		s.spans[i-1].last = n
	case before:
		s.spans[i].first = n
	default:
		s.spans = slices.Insert(s.spans, i, numberSpan{n, n})
	}
}
