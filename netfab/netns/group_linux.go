package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Group is the processes of one node, to be frozen, slowed, limited and killed
// together. If the machine allows it, it is a cgroup of version 2, version 1 or
// both, each for what it supports. Otherwise it is the processes in the network
// namespaces of those that were added: signals can stop and kill them, but
// nothing can slow them. Its methods must be called by one goroutine at a time.
type Group struct {
	name      string
	folders   []string   // its cgroups
	processes processSet // what stands in for one that freezes
}

// groups is the number of groups that this process has made.
var groups atomic.Int32

// NewGroup makes an empty group; name is a node's. A machine without cgroups is
// not an error: Limits says what the group cannot do.
func NewGroup(name string) (*Group, error) {
	return newGroup(findHierarchies(), name)
}

// newGroup makes a group in some hierarchies.
func newGroup(parents hierarchies, name string) (*Group, error) {
	self, err := thisOwner()
	if err != nil {
		return nil, err
	}
	g := &Group{name: name}
	// Two runs in one process may have nodes of the same name.
	leaf := self.folder(fmt.Sprintf("%d-%s", groups.Add(1), name))
	for _, parent := range parents.all() {
		folder := filepath.Join(parent, leaf)
		err := os.Mkdir(folder, 0o755)
		if errors.Is(err, fs.ErrPermission) || errors.Is(err, unix.EROFS) {
			continue // access(2) promised more than there is
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("netns: group %s: %w", name, err), g.Delete())
		}
		g.folders = append(g.folders, folder)
	}
	return g, nil
}

// Folders lists the cgroups of the group.
func (g *Group) Folders() []string { return slices.Clone(g.folders) }

// Limits returns sentences about what the group cannot do on this machine, and
// why. They are the same for all groups of a run.
func (g *Group) Limits() []string {
	var limits []string
	if !g.freezes() {
		limits = append(limits, "no cgroup that freezes is writable: nodes are stopped by signals to the processes in their network namespaces")
	}
	if g.control("cpu.max", "cpu.cfs_quota_us") == "" {
		limits = append(limits, "no cgroup with the cpu controller is writable: a CPU quota, and with it a hog's effect, cannot be set")
	}
	if g.control("memory.max", "memory.limit_in_bytes") == "" {
		limits = append(limits, "no cgroup with the memory controller is writable: a memory limit cannot be set")
	}
	return limits
}

func (g *Group) freezes() bool {
	return g.control("cgroup.freeze", "freezer.state") != ""
}

// control returns the group's cgroup that has one of two control files, that of
// version 2 or that of version 1, or "".
func (g *Group) control(unified, legacy string) string {
	for _, folder := range g.folders {
		for _, name := range []string{unified, legacy} {
			if path := filepath.Join(folder, name); unix.Access(path, unix.W_OK) == nil {
				return path
			}
		}
	}
	return ""
}

// Add adds a process and its future children to the group. To include all its
// children, add it before it starts any.
func (g *Group) Add(pid int) error {
	for _, folder := range g.folders {
		if err := writeControl(folder, "cgroup.procs", strconv.Itoa(pid)); err != nil {
			return fmt.Errorf("netns: group %s: add process %d: %w", g.name, pid, err)
		}
	}
	if !g.freezes() {
		if err := g.processes.add(pid); err != nil {
			return fmt.Errorf("netns: group %s: add process %d: %w", g.name, pid, err)
		}
	}
	return nil
}

// Freeze stops every process of the group, and returns when all are stopped.
// Frames still reach their sockets.
func (g *Group) Freeze() error { return g.freeze(true) }

// Thaw resumes the processes.
func (g *Group) Thaw() error { return g.freeze(false) }

func (g *Group) freeze(frozen bool) error {
	word := map[bool]string{true: "freeze", false: "thaw"}[frozen]
	path := g.control("cgroup.freeze", "freezer.state")
	var err error
	switch {
	case path == "":
		g.processes.signal(map[bool]unix.Signal{true: unix.SIGSTOP, false: unix.SIGCONT}[frozen])
	case filepath.Base(path) == "cgroup.freeze":
		err = g.freezeUnified(path, map[bool]string{true: "1", false: "0"}[frozen])
	default:
		err = g.freezeLegacy(path, map[bool]string{true: "FROZEN", false: "THAWED"}[frozen])
	}
	if err != nil {
		return fmt.Errorf("netns: group %s: %s: %w", g.name, word, err)
	}
	return nil
}

// freezeUnified waits until the kernel reports that all processes are stopped.
func (g *Group) freezeUnified(path, want string) error {
	if err := os.WriteFile(path, []byte(want), 0); err != nil {
		return err
	}
	return eventually(func() error {
		events := readWords(filepath.Join(filepath.Dir(path), "cgroup.events"))
		if i := slices.Index(events, "frozen"); i < 0 || i+1 == len(events) || events[i+1] != want {
			return fmt.Errorf("got %v, want frozen %s", events, want)
		}
		return nil
	})
}

// freezeLegacy repeats the request as often as necessary: a group whose
// processes fork can stay half frozen until then (freezer-subsystem.rst).
func (g *Group) freezeLegacy(path, want string) error {
	return eventually(func() error {
		if err := os.WriteFile(path, []byte(want), 0); err != nil {
			return err
		}
		if got := readWords(path); !slices.Equal(got, []string{want}) {
			return fmt.Errorf("got %v, want %s", got, want)
		}
		return nil
	})
}

// SetCPU limits the processor time of the group's processes together: 0.5 is
// half a processor. 0 removes the limit. The quota is per 10 ms, so that a
// starved node pauses only briefly; below a tenth of a processor it is per 100
// ms, because the kernel's minimum is 1 ms.
func (g *Group) SetCPU(cores float64) error {
	path := g.control("cpu.max", "cpu.cfs_quota_us")
	if path == "" {
		return fmt.Errorf("netns: group %s: CPU quota: %w", g.name, ErrGroup)
	}
	period := 10 * time.Millisecond
	if cores < 0.1 {
		period = 100 * time.Millisecond
	}
	quota := max(int64(cores*float64(period.Microseconds())), 1000)
	var err error
	switch unified := filepath.Base(path) == "cpu.max"; {
	case unified && cores <= 0:
		err = os.WriteFile(path, []byte("max"), 0)
	case unified:
		err = os.WriteFile(path, fmt.Appendf(nil, "%d %d", quota, period.Microseconds()), 0)
	case cores <= 0:
		err = os.WriteFile(path, []byte("-1"), 0)
	default:
		err = errors.Join(
			writeControl(filepath.Dir(path), "cpu.cfs_period_us", strconv.FormatInt(period.Microseconds(), 10)),
			os.WriteFile(path, strconv.AppendInt(nil, quota, 10), 0))
	}
	if err != nil {
		return fmt.Errorf("netns: group %s: CPU quota of %g: %w", g.name, cores, err)
	}
	return nil
}

// SetMemory limits the memory of the processes of the group together, in bytes;
// 0 removes the limit. The kernel kills a process that needs more: see
// OOMKills.
func (g *Group) SetMemory(limit int64) error {
	path := g.control("memory.max", "memory.limit_in_bytes")
	if path == "" {
		return fmt.Errorf("netns: group %s: memory limit: %w", g.name, ErrGroup)
	}
	value := strconv.FormatInt(limit, 10)
	switch {
	case limit <= 0 && filepath.Base(path) == "memory.max":
		value = "max"
	case limit <= 0:
		value = "-1"
	}
	if err := os.WriteFile(path, []byte(value), 0); err != nil {
		return fmt.Errorf("netns: group %s: memory limit of %d: %w", g.name, limit, err)
	}
	return nil
}

// OOMKills returns how many processes of the group the kernel killed because
// they ran out of memory.
func (g *Group) OOMKills() int {
	for _, folder := range g.folders {
		for _, name := range []string{"memory.events", "memory.oom_control"} {
			words := readWords(filepath.Join(folder, name))
			if i := slices.Index(words, "oom_kill"); i >= 0 && i+1 < len(words) {
				n, _ := strconv.Atoi(words[i+1]) // the kernel writes a number
				return n
			}
		}
	}
	return 0
}

// Kill sends SIGKILL to every process of the group, frozen or not.
func (g *Group) Kill() error {
	if len(g.folders) == 0 || !g.freezes() {
		g.processes.signal(unix.SIGKILL)
	}
	for _, folder := range g.folders {
		if err := killFolder(folder); err != nil {
			return fmt.Errorf("netns: group %s: kill: %w", g.name, err)
		}
	}
	return nil
}

// Delete kills what is left in the group, waits for the processes to end, and
// removes the group. They end only if their parent waits for them or is gone.
func (g *Group) Delete() error {
	if !g.freezes() {
		g.processes.signal(unix.SIGKILL)
	}
	g.processes.close()
	var errs []error
	for _, folder := range g.folders {
		if err := removeFolder(folder); err != nil {
			errs = append(errs, err)
		}
	}
	g.folders = nil
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("netns: group %s: remove: %w", g.name, err)
	}
	return nil
}

// String lists the cgroups of the group.
func (g *Group) String() string {
	if len(g.folders) == 0 {
		return g.name + " without cgroups"
	}
	return g.name + " in " + strings.Join(g.folders, ", ")
}
