package netns

import "golang.org/x/sys/unix"

// Pin keeps the calling thread, to which the goroutine must be locked, on one
// of the processors that this process may use: the one of that number, counted
// from 0 and round again. If the kernel refuses, the thread stays where it may
// run.
func Pin(number int) {
	var allowed unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil || allowed.Count() == 0 {
		return
	}
	number %= allowed.Count()
	for cpu := 0; ; cpu++ {
		if !allowed.IsSet(cpu) {
			continue
		}
		if number--; number < 0 {
			var one unix.CPUSet
			one.Set(cpu)
			_ = unix.SchedSetaffinity(0, &one) // it is one of those that are allowed
			return
		}
	}
}
