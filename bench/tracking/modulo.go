package tracking

// modulo takes the bucket at the place that the hash modulo the number of
// buckets gives: most connections move when that number changes.
type modulo struct{ buckets, removed []int }

func newModulo(size int) *modulo {
	m := &modulo{}
	for b := range size {
		m.buckets = append(m.buckets, b)
	}
	return m
}

func (m *modulo) working() []int { return m.buckets }

func (m *modulo) lookup(key uint64) (bucket int, moves bool) {
	return m.buckets[mix(key)%uint64(len(m.buckets))], true
}

func (m *modulo) remove(bucket int) {
	for i, b := range m.buckets {
		if b == bucket {
			m.buckets = append(m.buckets[:i], m.buckets[i+1:]...)
			m.removed = append(m.removed, bucket)
			return
		}
	}
}

func (m *modulo) add() int {
	b := m.removed[len(m.removed)-1]
	m.removed = m.removed[:len(m.removed)-1]
	m.buckets = append(m.buckets, b)
	return b
}
