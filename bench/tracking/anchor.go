package tracking

// anchor is AnchorHash (Mendelson et al., IEEE/ACM Transactions on Networking
// 2021): it maps connections to buckets evenly, and a bucket that is removed or
// added moves only the connections that it had or takes. Buckets are added in
// the reverse order of their removal.
type anchor struct {
	size    int   // number of buckets that work
	removed []int // the others, in the order of their removal
	left    []int // by bucket: how many worked after its removal; 0: it works
	order   []int // the buckets that work come first
	place   []int // by bucket: its place in order
	heir    []int // by bucket: the one that took its place in order; itself if it works
	horizon int   // how many of the removed buckets may be added soon
}

// newAnchor returns a hash of which the first size buckets work.
func newAnchor(capacity, size, horizon int) *anchor {
	a := &anchor{size: capacity, horizon: horizon}
	for b := range capacity {
		a.left, a.order, a.place, a.heir = append(a.left, 0), append(a.order, b), append(a.place, b), append(a.heir, b)
	}
	for b := capacity - 1; b >= size; b-- {
		a.remove(b)
	}
	return a
}

func (a *anchor) working() []int { return a.order[:a.size] }

// remove takes away a bucket that works.
func (a *anchor) remove(b int) {
	a.size--
	last := a.order[a.size]
	a.left[b], a.heir[b] = a.size, last
	a.order[a.place[b]], a.place[last] = last, a.place[b]
	a.removed = append(a.removed, b)
}

// add returns the bucket that was removed last to work.
func (a *anchor) add() int {
	b := a.removed[len(a.removed)-1]
	a.removed = a.removed[:len(a.removed)-1]
	last := a.order[a.size]
	a.place[last] = a.size
	a.order[a.place[b]] = b
	a.left[b], a.heir[b] = 0, b
	a.size++
	return b
}

// lookup returns the bucket of a connection, and whether it may become another
// one when buckets of the horizon are added.
func (a *anchor) lookup(key uint64) (bucket int, moves bool) {
	h := mix(key)
	b := int(h % uint64(len(a.left)))
	for a.left[b] > 0 {
		moves = moves || a.left[b] < a.size+a.horizon
		h = mix(h ^ uint64(b)<<32)
		next := int(h % uint64(a.left[b]))
		for a.left[next] >= a.left[b] && a.left[next] > 0 { // it was gone before b
			next = a.heir[next]
		}
		b = next
	}
	return b, moves
}

// mix is the finalizer of splitmix64.
func mix(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}
