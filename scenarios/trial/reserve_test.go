package trial

import (
	"runtime"
	"testing"
)

// TestReserveHeap: with the reserve, the collector leaves a small heap alone
// for as long as it allocates half of the reserve. Without it, such a heap is
// collected.
func TestReserveHeap(t *testing.T) {
	garbage := func() (collections uint32) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range heapReserve / 2 / 1024 {
			sink = make([]byte, 1024)
		}
		runtime.ReadMemStats(&after)
		return after.NumGC - before.NumGC
	}
	without := garbage()
	release := reserveHeap()
	with := garbage()
	release()
	if without == 0 || with > 0 {
		t.Errorf("got %d collections without the reserve and %d with it, want some and none", without, with)
	}
}

var sink []byte // keeps the compiler from dropping garbage
