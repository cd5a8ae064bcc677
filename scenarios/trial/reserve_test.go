package trial

import (
	"runtime"
	"testing"
)

// TestReserveHeap: with the reserve, the collector leaves a small heap alone
// for as long as it allocates half of the reserve. Without it, such a heap is
// collected.
func TestReserveHeap(t *testing.T) {
	// The collector waits until there is as much garbage as what lives, of which
	// other tests may have left a lot.
	var lives runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&lives)
	amount := int(lives.HeapAlloc) + heapReserve/2
	garbage := func() (collections uint32) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		for range amount / 1024 {
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
