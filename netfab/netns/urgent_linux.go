package netns

import "golang.org/x/sys/unix"

// Urgent has the calling thread, to which the goroutine must be locked, run as
// soon as it has something to do, before all that is not urgent itself. What it
// starts is not urgent. Restore, on the same thread, takes that back. Nothing is
// wrong if we may not: it is as it was then.
//
// It is for what stands for the wire. The receiver of a frame is woken in the
// middle of the batch in which the frame was sent; if it may push the sender
// aside, each frame costs two changes of processes, and a third is all that
// passes.
func Urgent() (restore func()) {
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil {
		return func() {}
	}
	urgent := &unix.SchedAttr{
		Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: 1, Flags: unix.SCHED_FLAG_RESET_ON_FORK,
	}
	if unix.SchedSetAttr(0, urgent, 0) != nil {
		return func() {}
	}
	return func() { _ = unix.SchedSetAttr(0, before, 0) } // it was allowed to be that before
}
