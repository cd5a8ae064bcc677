package netns

import (
	"os"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// What runs in real time suffers from whatever else the machine does: a node
// that gets its processor 40 ms late is one that looks dead to its neighbours.
// So the processes of a run are served before others, as far as we may ask for
// it; who may not, a user without privileges, has to live with the noise.
const (
	preferredNice   = -20                    // the first of all
	preferredSlice  = 100 * time.Microsecond // the least that a kernel takes
	preferredWeight = 20                     // of a group, in those that a cgroup has by default
)

// Prefer has this process, with the threads that it has and will have, and what
// it starts from now on, served before the others of the machine. Restore takes
// that back. Nothing is wrong if we may not: it is as it was then.
//
// Who comes first still waits until the one before has used up its slice,
// milliseconds at each of the four processes on the way of a frame, unless it
// asks for shorter slices itself (Linux 6.12, sched(7)). An older kernel takes
// no notice of that.
func Prefer() (restore func()) {
	before, err := unix.SchedGetAttr(0, 0)
	if err != nil || before.Policy != unix.SCHED_NORMAL {
		return func() {}
	}
	first := *before
	first.Nice, first.Runtime = preferredNice, uint64(preferredSlice)
	schedule(&first)
	return func() { schedule(before) }
}

// schedule has all threads of this process scheduled in a way. Those that start
// meanwhile have it from the one that starts them.
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

// Prefer has the processes of the group served before others of the machine, as
// far as it may be asked for.
func (g *Group) Prefer() {
	const unified, legacy = 100, 1024 // the defaults of cpu.weight and cpu.shares
	for _, folder := range g.folders {
		for name, usual := range map[string]int{"cpu.weight": unified, "cpu.shares": legacy} { // order: a cgroup has one of them
			_ = writeControl(folder, name, strconv.Itoa(preferredWeight*usual)) // no processors are dealt out here
		}
	}
}
