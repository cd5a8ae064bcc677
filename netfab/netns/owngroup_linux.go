package netns

import (
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/containerd/cgroups/v3"
	"golang.org/x/sys/unix"
)

// ownGroup is the cgroup that this process has to itself while it comes first.
// Its children leave it as they are added to a Group.
type ownGroup struct {
	folder string
	homes  []string // where it can go back to, the best first
}

// entered is the group that this process is in; nil if there is none.
var entered atomic.Pointer[ownGroup]

// ownLeaf names an ownGroup among the groups of its owner. Those of nodes are
// numbered from 1.
const ownLeaf = "0-self"

// isOwnGroup reports whether a cgroup is the ownGroup of any process.
func isOwnGroup(folder string) bool {
	o, ours := ownerOf(folder)
	return ours && folder == o.folder(ownLeaf)
}

// enterOwnGroup moves this process to a cgroup that comes first, wherever it
// may make one that processors are dealt out to. leave moves it back.
func enterOwnGroup() (leave func()) {
	self, err := thisOwner()
	own, unified, ownErr := cgroups.ParseCgroupFileUnified("/proc/self/cgroup")
	if err != nil || ownErr != nil {
		return func() {}
	}
	unifiedMount := cgroupMount
	if cgroups.Mode() == cgroups.Hybrid {
		unifiedMount = filepath.Join(cgroupMount, "unified")
	}
	h := findHierarchies()
	for _, in := range []struct{ parent, home string }{
		{h.cpu, filepath.Join(cgroupMount, "cpu", own["cpu"])},
		{h.unified, filepath.Join(unifiedMount, unified)},
	} {
		// In a container the cgroup that it comes from may not be visible.
		g := &ownGroup{filepath.Join(in.parent, self.folder(ownLeaf)), []string{in.home, in.parent}}
		if in.parent != "" && g.enter() {
			entered.Store(g)
			return g.leave
		}
	}
	return func() {}
}

func (g *ownGroup) enter() bool {
	if os.Mkdir(g.folder, 0o755) != nil {
		return false
	}
	if preferFolder(g.folder) && writeControl(g.folder, "cgroup.procs", strconv.Itoa(os.Getpid())) == nil {
		return true
	}
	_ = os.Remove(g.folder) // nobody is in it
	return false
}

func (g *ownGroup) leave() {
	entered.Store(nil)
	for _, home := range g.homes {
		if writeControl(home, "cgroup.procs", strconv.Itoa(os.Getpid())) == nil {
			break
		}
	}
	_ = removeEmpty(g.folder) // the reaper comes back to it
}

// exclude moves the calling thread out of the group, and reports whether it is
// out; include takes it back in. Only version 1 has groups of threads.
func (g *ownGroup) exclude() bool { return moveThread(g.homes[0]) || moveThread(g.homes[1]) }

// include fails when the process has left the group: then the thread is where
// it belongs.
func (g *ownGroup) include() { moveThread(g.folder) }

func moveThread(folder string) bool {
	return writeControl(folder, "tasks", strconv.Itoa(unix.Gettid())) == nil
}
