package netns

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"
)

// ownCgroups is what the kernel says about the cgroups of this process.
func ownCgroups(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// preferred gives this process priority for the rest of the test, and returns
// its group.
func preferred(t *testing.T) (g *ownGroup, restore func()) {
	t.Helper()
	restore = Prefer()
	g = entered.Load()
	if g == nil {
		restore()
		t.Skip("this process may not make a cgroup that processors are dealt out to")
	}
	return g, restore
}

// TestPreferEntersAGroup: the process has a group with the weight of a node's,
// the groups of nodes stand beside it, and restore leaves nothing of it.
func TestPreferEntersAGroup(t *testing.T) {
	before, parents := ownCgroups(t), findHierarchies()
	own, restore := preferred(t)
	defer restore()
	if got := ownCgroups(t); got == before {
		t.Errorf("it is still in\n%s", got)
	}
	if got := findHierarchies(); got != parents {
		t.Errorf("groups of nodes: got parents %+v, want %+v", got, parents)
	}
	shares, weight := readWords(filepath.Join(own.folder, "cpu.shares")), readWords(filepath.Join(own.folder, "cpu.weight"))
	if len(shares)+len(weight) != 1 || append(shares, weight...)[0] != map[bool]string{true: "20480", false: "2000"}[len(shares) == 1] {
		t.Errorf("got shares %v and weight %v, want 20 times the default of one", shares, weight)
	}
	restore()
	if got := ownCgroups(t); got != before {
		t.Errorf("restored: got\n%swant\n%s", got, before)
	}
	if _, err := os.Stat(own.folder); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", own.folder, err)
	}
}

// TestUrgentInAPreferredProcess: its wire is urgent, even if the kernel has no
// urgent time for its group, and is in the group again afterwards.
func TestUrgentInAPreferredProcess(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := policy(t)
	back := Urgent()
	if policy(t) == before {
		t.Skip("this user may make no thread urgent")
	}
	back()
	_, restore := preferred(t)
	defer restore()
	thread := "/proc/self/task/" + strconv.Itoa(unix.Gettid()) + "/cgroup"
	inGroup, err := os.ReadFile(thread)
	if err != nil {
		t.Fatal(err)
	}
	back = Urgent()
	if got := policy(t); got != unix.SCHED_RR {
		t.Errorf("urgent: got policy %d, want %d", got, unix.SCHED_RR)
	}
	back()
	if got := policy(t); got != before {
		t.Errorf("restored: got policy %d, want %d", got, before)
	}
	if got, err := os.ReadFile(thread); err != nil || string(got) != string(inGroup) {
		t.Errorf("restored: got %v\n%swant\n%s", err, got, inGroup)
	}
}

// TestOwnGroupIsNotEmptied: who cleans up after this process does not kill it,
// if it is alive, and removes its group once it has left.
func TestOwnGroupIsNotEmptied(t *testing.T) {
	own, restore := preferred(t)
	defer restore()
	self, err := thisOwner()
	if err != nil {
		t.Fatal(err)
	}
	all := func(o owner) bool { return o == self }
	if err := sweep(all); err == nil {
		t.Error("a group with a process in it was removed")
	}
	for _, home := range own.homes {
		if writeControl(home, "cgroup.procs", strconv.Itoa(os.Getpid())) == nil {
			break
		}
	}
	if err := sweep(all); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(own.folder); !os.IsNotExist(err) {
		t.Errorf("%s is left: %v", own.folder, err)
	}
}
