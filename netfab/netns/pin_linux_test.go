package netns

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPin: threads with different numbers stay on different processors, as far
// as there are some, and each on one that was allowed before.
func TestPin(t *testing.T) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		t.Fatal(err)
	}
	pinned := make(chan unix.CPUSet)
	var all unix.CPUSet
	for number := range allowed.Count() + 1 {
		go func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with the goroutine
			Pin(number)
			var got unix.CPUSet
			_ = unix.SchedGetaffinity(0, &got)
			pinned <- got
		}()
		got := <-pinned
		for cpu := range len(got) * 64 {
			if !got.IsSet(cpu) {
				continue
			}
			if got.Count() != 1 || !allowed.IsSet(cpu) {
				t.Errorf("number %d: on processor %d, one of %d", number, cpu, got.Count())
			}
			all.Set(cpu)
		}
	}
	if all != allowed {
		t.Errorf("got %d processors in all, want the %d that are allowed", all.Count(), allowed.Count())
	}
}
