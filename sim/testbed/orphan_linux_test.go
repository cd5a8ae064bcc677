package testbed

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/testbed/child"
	"github.com/cablepull/cablepull/sim/topology"
	"github.com/cablepull/cablepull/sim/world"
)

func init() {
	// coordinate runs a testbed with a node process and a real host, whose program
	// has children that leave it, until it is killed. What the program says goes
	// into the directory that is named.
	actors["coordinate"] = func(args []string) error {
		top := withClient(realHost(topology.Exec{
			Run:  shell("(setsid sleep 1000 & echo child $! >&1); echo self $$; exec sleep 1000"),
			Name: "main", Ready: topology.Ready{Log: "^self"}, Disk: 1 << 20,
		}))
		b, err := New(top, Options{Options: world.Options{Seed: 1}, Version: testVersion, Output: into(args[0])})
		if err != nil {
			return err
		}
		return b.Run(time.Hour)
	}
}

// TestKilledCoordinator: whatever way the coordinator ends, its programs end
// with it, those that left their parents too, and so do its folder and its
// groups.
func TestKilledCoordinator(t *testing.T) {
	needNamespaces(t)
	temporary, output := t.TempDir(), t.TempDir()
	cmd := exec.Command(child.Program, "coordinate", output)
	cmd.Env = append(os.Environ(), "TMPDIR="+temporary)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pids []int
	wait(t, "the program and its child", func() bool {
		text, _ := os.ReadFile(filepath.Join(output, "web.main.log")) // it is not there at first
		pids = nil
		for line := range strings.Lines(string(text)) {
			var who string
			var pid int
			if n, _ := fmt.Sscan(line, &who, &pid); n == 2 {
				pids = append(pids, pid)
			}
		}
		return len(pids) == 2
	})
	if got := leftovers(temporary, cmd.Process.Pid); len(got) == 0 {
		t.Fatal("nothing is there that could be left")
	}
	cmd.Process.Kill()
	cmd.Wait()
	wait(t, "the end of all", func() bool {
		for _, pid := range pids {
			if syscall.Kill(pid, 0) == nil {
				return false
			}
		}
		return len(leftovers(temporary, cmd.Process.Pid)) == 0
	})
	if t.Failed() {
		t.Logf("processes %v, left: %v", pids, leftovers(temporary, cmd.Process.Pid))
	}
}

// leftovers lists the folders and control groups of a coordinator.
func leftovers(temporary string, pid int) []string {
	var all []string
	for _, pattern := range []string{
		filepath.Join(temporary, "*"),
		fmt.Sprintf("/sys/fs/cgroup/*cablepull-*-%d-*", pid), fmt.Sprintf("/sys/fs/cgroup/*/cablepull-*-%d-*", pid),
		fmt.Sprintf("/sys/fs/cgroup/*/*/cablepull-*-%d-*", pid),
	} {
		found, _ := filepath.Glob(pattern) // the patterns are fine
		all = append(all, found...)
	}
	return all
}

// wait waits for a condition.
func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(2 * awaitMax); !holds(); {
		if time.Now().After(limit) {
			t.Errorf("%s: not within %v", what, 2*awaitMax)
			return
		}
		<-time.After(5 * time.Millisecond)
	}
}
