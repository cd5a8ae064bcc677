package netns

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// A run in real time suffers from whatever else the machine does: a node that
// gets its processor 40 ms late looks dead to its neighbours. So the processes
// of a run ask for priority over others. A user without privileges gets no
// priority, and has to accept the noise.
const (
	preferredNice   = -20                    // the first of all
	preferredSlice  = 100 * time.Microsecond // the least that a kernel takes
	preferredWeight = 20                     // of a group, in those that a cgroup has by default
)

// Prefer gives this process priority over the others of the machine: all of its
// threads, and all that it starts from now on. restore undoes that. Without the
// privilege for it, Prefer changes nothing. One caller at a time may have it.
//
// A process with priority still waits until the running one has used up its
// slice: milliseconds, at each of the four processes that a frame passes. So it
// asks for short slices, too (Linux 6.12, sched(7)); an older kernel ignores
// that.
func Prefer() (restore func()) {
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil || before.Policy != unix.SCHED_NORMAL {
		return func() {}
	}
	first := *before
	first.Nice, first.Runtime = preferredNice, uint64(preferredSlice)
	schedule(&first)
	leave := enterOwnGroup()
	return func() {
		leave()
		schedule(before)
	}
}

// schedule sets how all threads of this process are scheduled. Those that start
// meanwhile inherit it from the thread that starts them.
func schedule(how *unix.SchedAttr) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.SchedSetAttr(id, how, 0) // refused, or the thread is gone
		}
	}
}

// Prefer gives the processes of the group priority over others of the machine,
// as far as this process may ask for it.
func (g *Group) Prefer() {
	for _, folder := range g.folders {
		preferFolder(folder)
	}
}

// preferFolder gives a cgroup the preferred weight, and reports whether it has
// one: whether processors are dealt out here.
func preferFolder(folder string) bool {
	const unified, legacy = 100, 1024 // the defaults of cpu.weight and cpu.shares
	return writeControl(folder, "cpu.weight", strconv.Itoa(preferredWeight*unified)) == nil ||
		writeControl(folder, "cpu.shares", strconv.Itoa(preferredWeight*legacy)) == nil
}
