package bench

import "testing"

// TestLongRunStaysFlat: of the requests of a run nothing stays behind. The heap
// of its second half is that of the first, give or take what the collector and
// the wait of closed connections leave.
func TestLongRunStaysFlat(t *testing.T) {
	heap, err := Long(40_000, "keep-alive")
	if err != nil {
		t.Fatal(err)
	}
	const kept = 8 // bytes for each request; 880 when all events were kept
	if grown := int64(heap[3]) - int64(heap[1]); grown > 20_000*kept {
		t.Errorf("the heap grew by %d bytes in the second half, for 20,000 requests: %v", grown, heap)
	}
}
