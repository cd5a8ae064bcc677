package trial

import "runtime"

// heapReserve is memory that whoever plays many trials allocates and never
// touches. The garbage collector starts when the heap has doubled, and most
// worlds are so small that it would start several times in each. With the
// reserve it starts at twice the reserve and the world, so short trials are a
// tenth faster, and a long one needs only that constant more.
const heapReserve = 8 << 20

// reserveHeap allocates the reserve, until release is called.
func reserveHeap() (release func()) {
	reserve := make([]byte, heapReserve)
	return func() { runtime.KeepAlive(reserve) }
}
