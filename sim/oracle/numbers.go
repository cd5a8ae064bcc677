package oracle

// numbers is a set of request numbers. Numbers are consecutive, so one bit each
// is small enough for all requests of a long run.
type numbers map[uint64]uint64

func (s numbers) has(n uint64) bool { return s[n/64]&(1<<(n%64)) != 0 }

func (s numbers) add(n uint64) { s[n/64] |= 1 << (n % 64) }
