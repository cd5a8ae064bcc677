package netns

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// belongings are what an owner leaves when it is killed.
type belongings struct {
	Pids    []int
	Spaces  []string // network namespaces as /proc shows them: net:[4026532177]
	Folders []string
	Path    string

	held []*os.File // Spaces, so that no other namespace gets their numbers
}

func init() {
	children["reaper"] = func() error { return ReaperMain(os.Stdin) }
	children["owner with cgroups"] = func() error { return own(findHierarchies(), true) }
	children["owner without cgroups"] = func() error { return own(hierarchies{}, true) }
	children["owner without reaper"] = func() error { return own(findHierarchies(), false) }
}

// own creates one of everything, including a frozen process, reports them and
// waits to be killed.
func own(parents hierarchies, reaped bool) error {
	var b belongings
	g, err := newGroup(parents, "a")
	if err != nil {
		return err
	}
	b.Folders = g.Folders()
	if b.Path, err = os.MkdirTemp("", "netns"); err != nil {
		return err
	}
	fabric, err := New()
	if err != nil {
		return err
	}
	node, err := New()
	if err != nil {
		return err
	}
	cable, err := Connect(fabric, node, CableSpec{Name: "eth0", MAC: mac(0), Address: address(0)})
	if err != nil {
		return err
	}
	if _, err := Open(fabric, cable.Interface()); err != nil {
		return err
	}
	for _, ns := range []*Namespace{fabric, node} {
		name, err := os.Readlink(fmt.Sprint("/proc/self/fd/", ns.FD()))
		if err != nil {
			return err
		}
		b.Spaces = append(b.Spaces, name)
	}
	if reaped { // so late, and with half of it made
		os.Setenv(childVariable, "reaper")
		r, err := StartReaper("/proc/self/exe")
		if err != nil {
			return err
		}
		b.Pids = append(b.Pids, r.cmd.Process.Pid)
		if err := errors.Join(r.AddProcess(os.Getpid()), r.AddPath(b.Path)); err != nil {
			return err
		}
		return b.live(g, node, r)
	}
	return b.live(g, node, nil)
}

// live starts a process that does not end with the owner, and one that has left
// its parent and session, freezes both and waits for the end.
func (b belongings) live(g *Group, node *Namespace, r *Reaper) error {
	// It waits until it is in the group: what it starts before is not.
	cmd := exec.Command("sh", "-c", "read go; setsid sleep 1000 & sleep 1000")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := node.Do(cmd.Start); err != nil {
		return err
	}
	if err := g.Add(cmd.Process.Pid); err != nil {
		return err
	}
	if _, err := stdin.Write([]byte("go\n")); err != nil {
		return err
	}
	b.Pids = append(b.Pids, cmd.Process.Pid)
	if r != nil {
		if err := r.AddProcess(cmd.Process.Pid); err != nil {
			return err
		}
	}
	if err := g.Freeze(); err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(b); err != nil {
		return err
	}
	for { // select would be called a deadlock, and a signal ends a pause
		syscall.Pause()
	}
}

// killed starts an owner, checks that its belongings exist, kills it, and
// returns them.
func killed(t *testing.T, part string) belongings {
	t.Helper()
	newNamespace(t) // skips without privileges
	owner := child(part)
	line := startChild(t, owner)
	var b belongings
	if err := json.Unmarshal([]byte(line), &b); err != nil {
		t.Fatalf("the owner says %q: %v", line, err)
	}
	t.Cleanup(func() {
		os.RemoveAll(b.Path)
		for _, file := range b.held {
			file.Close()
		}
	})
	for _, space := range b.Spaces {
		those := holders(t, space)
		if len(those) == 0 {
			t.Errorf("nobody holds %s before the end, so nothing is proved by its end", space)
			continue
		}
		file, err := os.Open(those[0])
		if err != nil {
			t.Fatal(err)
		}
		b.held = append(b.held, file)
	}
	for _, name := range append(slices.Clone(b.Folders), b.Path) {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	if err := owner.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	owner.Wait()
	return b
}

// TestReaperCleansUp kills an owner and expects everything to disappear soon by
// itself: processes, namespaces with their cables, cgroups, files, and the
// reaper.
func TestReaperCleansUp(t *testing.T) {
	for _, part := range []string{"owner with cgroups", "owner without cgroups"} {
		t.Run(part, func(t *testing.T) {
			before := hostState(t)
			b := killed(t, part)
			for _, pid := range b.Pids {
				until(t, 2*patience, fmt.Sprint("end of process ", pid), func() bool { return !alive(pid) })
			}
			for _, space := range b.Spaces {
				until(t, patience, "end of "+space, func() bool { return len(holders(t, space)) == 0 })
			}
			for _, name := range append(slices.Clone(b.Folders), b.Path) {
				if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s is left (%v)", name, err)
				}
			}
			if after := hostState(t); !slices.Equal(before, after) {
				t.Error("the host is not as it was")
			}
		})
	}
}

// TestSweepCleansUp: an owner that was killed with its reaper leaves a group.
// The next owner removes it, but not the groups of running owners.
func TestSweepCleansUp(t *testing.T) {
	b := killed(t, "owner without reaper")
	if len(b.Folders) == 0 {
		t.Skip("no cgroup is writable: there is nothing to sweep")
	}
	mine, err := NewGroup("mine")
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Delete()
	if !alive(b.Pids[0]) {
		t.Error("the process died with its owner, so the sweep has nothing to do")
	}
	if err := Sweep(); err != nil {
		t.Error(err)
	}
	until(t, patience, "end of the process", func() bool { return !alive(b.Pids[0]) })
	for _, folder := range b.Folders {
		if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left (%v)", folder, err)
		}
	}
	for _, folder := range mine.Folders() {
		if _, err := os.Stat(folder); err != nil {
			t.Errorf("a group of who lives was swept: %v", err)
		}
	}
}

// TestReaperIsCareful: it removes no cgroup of others and nothing by a relative
// name, and survives invalid lines.
func TestReaperIsCareful(t *testing.T) {
	kept := t.TempDir()
	t.Chdir(filepath.Dir(kept))
	r := &Reaper{}
	for _, path := range []string{"/", "", filepath.Base(kept), "/.."} {
		if err := r.AddPath(path); err == nil {
			t.Errorf("the path %q was taken", path)
		}
	}
	lines := fmt.Sprintf("{\"owner\":%q}\nno line\n{\"owner\":\"cablepull-\"}\n{\"path\":%q}\n{\"path\":", kept, filepath.Base(kept))
	cmd := child("reaper")
	cmd.Stdin = strings.NewReader(lines)
	if said := say(t, cmd); said != "" {
		t.Errorf("the reaper says %q", said)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error(err)
	}
}

// TestReaperEnds: a reaper with nothing to do ends with its owner's Close, and
// survives signals until then.
func TestReaperEnds(t *testing.T) {
	t.Setenv(childVariable, "reaper")
	r, err := StartReaper("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "socket")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.AddPath(file); err != nil {
		t.Fatal(err)
	}
	// Its answer shows that it runs and ignores signals. It ignores us, too.
	if err := r.AddProcess(os.Getpid()); err != nil {
		t.Fatal(err)
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		r.cmd.Process.Signal(s)
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("cleaned before the end: %v", err)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left (%v)", file, err)
	}
}

// holders lists the processes that are in a network namespace, have it open, or
// have it mounted, except this process. Without any the kernel removes it.
func holders(t *testing.T, space string) []string {
	t.Helper()
	own := fmt.Sprintf("/proc/%d/", os.Getpid())
	var found []string
	for _, pattern := range []string{"/proc/[0-9]*/ns/net", "/proc/[0-9]*/task/*/ns/net", "/proc/[0-9]*/fd/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if link, err := os.Readlink(name); err == nil && link == space && !strings.HasPrefix(name, own) {
				found = append(found, name)
			}
		}
	}
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(mounts), " "+space+" ") {
		found = append(found, "a mount")
	}
	return found
}
