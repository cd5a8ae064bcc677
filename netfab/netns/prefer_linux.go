package netns

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// What runs in real time suffers from whatever else the machine does: a node
// that gets its processor 40 ms late is one that looks dead to its neighbours.
// So the processes of a run are served before others, as far as we may ask for
// it; who may not, a user without privileges, has to live with the noise.
const (
	preferredNice   = -20 // the first of all
	preferredWeight = 20  // of a group, in those that a cgroup has by default
)

// Prefer has this process, with the threads that it has and will have, and what
// it starts from now on, served before the others of the machine. Restore takes
// that back. Nothing is wrong if we may not: it is as it was then.
func Prefer() (restore func()) {
	before, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return func() {}
	}
	setNice(preferredNice)
	const zero = 20 // the system call counts the other way round, from 40 to 1
	return func() { setNice(zero - before) }
}

// setNice gives all threads of this process a nice value. Those that start
// meanwhile have it from the one that starts them.
func setNice(nice int) {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return
	}
	for _, t := range threads {
		if id, err := strconv.Atoi(t.Name()); err == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, id, nice) // refused, or the thread is gone
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
