package netns

import "golang.org/x/sys/unix"

// Urgent makes the calling thread, to which the goroutine must be locked, run
// as soon as it has something to do, before all threads that are not urgent.
// What the thread starts is not urgent. Restore, on the same thread, takes that
// back. Without the privilege for it, Urgent changes nothing.
//
// Use it for the loop that acts as the wire. The receiver of a frame is woken
// in the middle of the batch in which the frame was sent. If it may displace
// the sender, each frame costs two context switches, and only a third of the
// frames per second pass.
func Urgent() (restore func()) {
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return func() {}
	}
	if makeUrgent() {
		return func() { _ = unix.SchedSetAttr(0, before, 0) } // it was allowed to be that before
	}
	// A kernel that deals out urgent time to cgroups of version 1 gives none to a
	// new one (sched-rt-group.rst). So only this thread does without it.
	g := entered.Load()
	if g == nil || !g.exclude() {
		return func() {}
	}
	if !makeUrgent() {
		g.include()
		return func() {}
	}
	return func() {
		_ = unix.SchedSetAttr(0, before, 0) // as above
		g.include()
	}
}

// makeUrgent reports whether the calling thread is urgent from now on.
func makeUrgent() bool {
	return unix.SchedSetAttr(0, &unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1, Flags: unix.SCHED_FLAG_RESET_ON_FORK,
	}, 0) == nil
}
