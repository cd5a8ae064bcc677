package netns

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/cgroups/v3"
	"golang.org/x/sys/unix"
)

// hierarchies are the cgroup folders in which this process may create its own:
// the cgroups that it runs in. A machine has one of version 2 (unified), one of
// version 1 for each controller, or often both. An empty name means none.
type hierarchies struct {
	unified              string
	freezer, cpu, memory string
}

const cgroupMount = "/sys/fs/cgroup"

// findHierarchies looks in the usual mount points of cgroups.
func findHierarchies() hierarchies {
	own, unified, err := cgroups.ParseCgroupFileUnified("/proc/self/cgroup")
	if err != nil {
		return hierarchies{}
	}
	for controller, path := range own { // order: each for itself
		own[controller] = besideOwn(path)
	}
	unified = besideOwn(unified)
	var h hierarchies
	switch cgroups.Mode() {
	case cgroups.Unified:
		h.unified = writable(cgroupMount, unified)
		return h
	case cgroups.Hybrid:
		h.unified = writable(filepath.Join(cgroupMount, "unified"), unified)
	case cgroups.Unavailable:
		return h
	}
	h.freezer = writable(filepath.Join(cgroupMount, "freezer"), own["freezer"])
	h.cpu = writable(filepath.Join(cgroupMount, "cpu"), own["cpu"])
	h.memory = writable(filepath.Join(cgroupMount, "memory"), own["memory"])
	return h
}

// besideOwn is the path of a cgroup, or of its parent if it is the one that
// ownGroup has made for a process: the groups of nodes stand next to that.
func besideOwn(path string) string {
	if isOwnGroup(filepath.Base(path)) {
		return filepath.Dir(path)
	}
	return path
}

// writable returns the folder of a cgroup if we may make folders in it and move
// processes about. In a container the path in /proc may be mounted as the root,
// and under version 2 our cgroup may not delegate controllers because it has
// processes; so the root is tried as well.
func writable(mount, own string) string {
	for _, path := range []string{own, "/"} {
		folder := filepath.Join(mount, path)
		if unix.Access(folder, unix.W_OK) != nil || unix.Access(filepath.Join(folder, "cgroup.procs"), unix.W_OK) != nil {
			continue
		}
		if _, err := os.Stat(filepath.Join(folder, "cgroup.controllers")); err == nil && !delegate(folder) && path != "/" {
			continue
		}
		return folder
	}
	return ""
}

// delegate enables the controllers of a cgroup of version 2 for its children,
// and reports whether all that we need and it has are enabled.
func delegate(folder string) bool {
	has := readWords(filepath.Join(folder, "cgroup.controllers"))
	for _, controller := range []string{"cpu", "memory"} {
		if slices.Contains(has, controller) {
			_ = writeControl(folder, "cgroup.subtree_control", "+"+controller) // looked at below
		}
	}
	given := readWords(filepath.Join(folder, "cgroup.subtree_control"))
	return !slices.ContainsFunc(has, func(c string) bool {
		return (c == "cpu" || c == "memory") && !slices.Contains(given, c)
	})
}

// all returns the existing folders. Version 2 freezes and kills better than
// version 1, so the freezer of version 1 serves only without it.
func (h hierarchies) all() []string {
	if h.unified != "" {
		h.freezer = ""
	}
	return slices.DeleteFunc([]string{h.unified, h.freezer, h.cpu, h.memory}, func(s string) bool { return s == "" })
}

// groupPrefix starts the name of each of our cgroups.
const groupPrefix = "cablepull-"

// owner is the process that made a cgroup: its process number, its start time
// in ticks since boot, because numbers are reused, and its process namespace.
type owner struct {
	space uint64
	pid   int
	start uint64
}

// thisOwner is the calling process.
func thisOwner() (owner, error) {
	space, err := pidNamespace()
	if err != nil {
		return owner{}, err
	}
	pid := os.Getpid()
	start, err := startTime(pid)
	return owner{space, pid, start}, err
}

// folder is the name of the owner's cgroup for one node.
func (o owner) folder(name string) string {
	return fmt.Sprintf("%s%d-%d-%d-%s", groupPrefix, o.space, o.pid, o.start, name)
}

// ownerOf reads the owner from the name of a cgroup.
func ownerOf(folder string) (o owner, ok bool) {
	rest, ok := strings.CutPrefix(folder, groupPrefix)
	fields := strings.SplitN(rest, "-", 4) // the last is the node's, whatever it is
	if !ok || len(fields) < 4 {
		return o, false
	}
	var errs [3]error
	o.space, errs[0] = strconv.ParseUint(fields[0], 10, 64)
	o.pid, errs[1] = strconv.Atoi(fields[1])
	o.start, errs[2] = strconv.ParseUint(fields[2], 10, 64)
	return o, errors.Join(errs[:]...) == nil
}

// pidNamespace identifies the process namespace.
func pidNamespace() (uint64, error) {
	var s unix.Stat_t
	if err := unix.Stat("/proc/self/ns/pid", &s); err != nil {
		return 0, fmt.Errorf("netns: own process namespace: %w", err)
	}
	return s.Ino, nil
}

// Sweep kills and removes cgroups whose owner no longer exists, because it was
// killed together with its reaper. Call it once at the start. Owners in other
// process namespaces are skipped, because we cannot see whether they are alive.
func Sweep() error {
	space, err := pidNamespace()
	if err != nil {
		return err
	}
	err = sweep(func(o owner) bool {
		start, err := startTime(o.pid)
		return o.space == space && (err != nil || start != o.start)
	})
	if err != nil {
		return fmt.Errorf("netns: sweep: %w", err)
	}
	return nil
}

// sweep kills and removes the cgroups of dead owners. It searches the whole
// tree, because they may have run in another cgroup than ours.
func sweep(dead func(owner) bool) error {
	var errs []error
	walk := func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return nil // cgroups of others come and go, and may be hidden
		}
		o, ours := ownerOf(entry.Name())
		if !ours {
			return nil
		}
		switch {
		case !dead(o):
		case isOwnGroup(entry.Name()):
			// It is not emptied: its owner may be alive, and be cleaning up.
			errs = append(errs, removeEmpty(path))
		default:
			errs = append(errs, removeFolder(path))
		}
		return fs.SkipDir
	}
	errs = append(errs, filepath.WalkDir(cgroupMount, walk))
	return errors.Join(errs...)
}

// patience is the time limit for the kernel to freeze or end processes.
const patience = 2 * time.Second

// removeFolder kills what is in a cgroup and removes it. A missing cgroup is
// not an error.
func removeFolder(folder string) error {
	err := eventually(func() error {
		if err := killFolder(folder); err != nil {
			return err
		}
		return os.Remove(folder)
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENODEV) {
		return nil
	}
	return err
}

// removeEmpty removes a cgroup once its last process has ended or left. A
// missing cgroup is not an error.
func removeEmpty(folder string) error {
	err := eventually(func() error { return os.Remove(folder) })
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// killFolder sends SIGKILL to all processes of a cgroup. A frozen process of
// version 1 dies only when thawed.
func killFolder(folder string) error {
	err := writeControl(folder, "cgroup.kill", "1")
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, word := range readWords(filepath.Join(folder, "cgroup.procs")) {
		if pid, err := strconv.Atoi(word); err == nil && pid > 0 {
			_ = unix.Kill(pid, unix.SIGKILL) // it may have ended meanwhile
		}
	}
	if err := writeControl(folder, "freezer.state", "THAWED"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// eventually repeats f until it succeeds or reports that something does not
// exist, or patience ends.
func eventually(f func() error) error {
	deadline := time.Now().Add(patience)
	for wait := 100 * time.Microsecond; ; wait = min(2*wait, 20*time.Millisecond) {
		err := f()
		if err == nil || errors.Is(err, fs.ErrNotExist) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(wait)
	}
}

// writeControl writes an existing file of a cgroup; new files cannot be created
// there.
func writeControl(folder, name, value string) error {
	f, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(value)
	return err
}

// readWords reads a file of a cgroup; an unreadable file has no words.
func readWords(name string) []string {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil
	}
	return strings.Fields(string(bytes.TrimSpace(text)))
}
