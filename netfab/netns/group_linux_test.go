package netns

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// kinds are the kinds of machine that this one can simulate: a machine with
// both versions can simulate one with either, or with none.
func kinds(t *testing.T) map[string]hierarchies {
	t.Helper()
	have := findHierarchies()
	if len(have.all()) == 0 {
		t.Log("no cgroup is writable here: groups are tested with signals only")
	}
	kinds := map[string]hierarchies{"signals": {}}
	if have.unified != "" {
		kinds["version 2"] = hierarchies{unified: have.unified}
	}
	if have.freezer != "" {
		kinds["version 1"] = hierarchies{freezer: have.freezer, cpu: have.cpu, memory: have.memory}
	}
	return kinds
}

// forEachKind runs a test with an empty group of each kind.
func forEachKind(t *testing.T, test func(t *testing.T, g *Group)) {
	newNamespace(t) // skips without privileges
	for kind, parents := range kinds(t) {
		t.Run(kind, func(t *testing.T) {
			g, err := newGroup(parents, "a")
			if err != nil {
				t.Fatal(err)
			}
			defer g.Delete()
			test(t, g)
		})
	}
}

// family starts a process with a child, both busy, in their own namespace, and
// adds it to the group before it has the child. It returns both.
func family(t *testing.T, g *Group) []int {
	t.Helper()
	ns := newNamespace(t)
	cmd := exec.Command("sh", "-c", "read go; setsid sh -c 'while :; do :; done' & echo $!; while :; do :; done")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var child strings.Builder
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := ns.Do(cmd.Start); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }() // so that it does not stay as a zombie
	t.Cleanup(func() { cmd.Process.Kill(); <-ended })
	if err := g.Add(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(stdin, "go")
	for b := make([]byte, 1); !strings.HasSuffix(child.String(), "\n"); child.Write(b) {
		if _, err := stdout.Read(b); err != nil {
			t.Fatal(err)
		}
	}
	pid, err := strconv.Atoi(strings.TrimSpace(child.String()))
	if err != nil {
		t.Fatal(err)
	}
	return []int{cmd.Process.Pid, pid}
}

// busy is the processor time of a process, in ticks of 10 ms.
func busy(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if err != nil || len(fields) < 13 {
		return -1
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return user + system
}

// alive reports whether a process runs; a zombie does not.
func alive(pid int) bool {
	_, err := networkOf(fmt.Sprint(pid))
	return err == nil
}

// TestGroupFreezes: frozen processes, including children in other sessions, get
// no processor time, and continue when thawed; SIGKILL ends them while frozen.
func TestGroupFreezes(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		pids := family(t, g)
		runs := func(pid int) func() bool {
			before := busy(pid)
			return func() bool { return busy(pid) > before+1 }
		}
		for _, pid := range pids {
			until(t, 5*time.Second, "busy before", runs(pid))
		}
		for round := range 3 {
			if err := g.Freeze(); err != nil {
				t.Fatal(err)
			}
			before := []int{busy(pids[0]), busy(pids[1])}
			<-time.After(100 * time.Millisecond)
			if now := []int{busy(pids[0]), busy(pids[1])}; !slices.Equal(now, before) {
				t.Errorf("round %d: frozen, the processes went from %v to %v ticks", round, before, now)
			}
			if err := g.Thaw(); err != nil {
				t.Fatal(err)
			}
			for _, pid := range pids {
				until(t, 5*time.Second, "busy again", runs(pid))
			}
		}
		if err := g.Freeze(); err != nil {
			t.Fatal(err)
		}
		if err := g.Kill(); err != nil {
			t.Fatal(err)
		}
		for _, pid := range pids {
			until(t, patience, "end of a frozen process", func() bool { return !alive(pid) })
		}
	})
}

// TestGroupEnds: Delete leaves neither processes nor folders, and can be
// repeated.
func TestGroupEnds(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		folders, pids := g.Folders(), family(t, g)
		for _, folder := range folders {
			if words := readWords(filepath.Join(folder, "cgroup.procs")); len(words) != 2 {
				t.Errorf("in %s there are %v, want two processes", folder, words)
			}
		}
		for range 2 {
			if err := g.Delete(); err != nil {
				t.Error(err)
			}
		}
		for _, pid := range pids {
			until(t, patience, "end of a process", func() bool { return !alive(pid) })
		}
		for _, folder := range folders {
			if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s is left (%v)", folder, err)
			}
		}
	})
}

// TestGroupLimits: a group reports and refuses what it cannot do, and does the
// rest.
func TestGroupLimits(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		said := strings.Join(g.Limits(), "\n")
		t.Logf("%v\n%s", g, said)
		for word, err := range map[string]error{"CPU quota": g.SetCPU(0.5), "memory limit": g.SetMemory(1 << 30)} {
			if refused := errors.Is(err, ErrGroup); err != nil && !refused || refused != strings.Contains(said, word) {
				t.Errorf("%s: %v, which does not fit the limits told", word, err)
			}
		}
		if bySignals := strings.Contains(said, "stopped by signals"); bySignals != (len(g.Folders()) == 0) {
			t.Errorf("with cgroups %v the limits are %q", g.Folders(), said)
		}
		if err := g.Add(1 << 30); err == nil {
			t.Error("a process that does not exist was added")
		}
		if len(g.Folders()) == 0 && g.Add(os.Getpid()) == nil {
			t.Error("a group without cgroups took a process of our own namespace, and all others with it")
		}
	})
}

// TestGroupSlows: processes that want two processors and may use a fifth of one
// are throttled. The kernel reports how often; their processor time shows by
// how much, on an otherwise idle machine.
func TestGroupSlows(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		if g.control("cpu.max", "cpu.cfs_quota_us") == "" {
			t.Skip("no cgroup with the cpu controller is writable")
		}
		pids := family(t, g)
		if err := g.SetCPU(0.2); err != nil {
			t.Fatal(err)
		}
		before, since := busy(pids[0])+busy(pids[1]), time.Now()
		throttled := func() string {
			for _, folder := range g.Folders() {
				if words := readWords(filepath.Join(folder, "cpu.stat")); slices.Contains(words, "nr_throttled") {
					return words[slices.Index(words, "nr_throttled")+1]
				}
			}
			return "unknown"
		}
		<-time.After(700 * time.Millisecond)
		had := float64(busy(pids[0])+busy(pids[1])-before) / 100 / time.Since(since).Seconds()
		if n := throttled(); n == "0" || had > 0.3 {
			t.Errorf("throttled %s times, had %.2f of a processor; want them held to 0.2", n, had)
		}
		if err := g.SetCPU(0.01); err != nil { // less than 1 ms per 10 ms
			t.Error(err)
		}
		if err := g.SetCPU(0); err != nil {
			t.Fatal(err)
		}
		n := throttled()
		<-time.After(100 * time.Millisecond)
		if now := throttled(); now != n {
			t.Errorf("without a limit throttled %s times, want still %s", now, n)
		}
	})
}

func init() {
	children["hungry"] = func() error {
		fmt.Scanln() // until it is in the group
		memory := make([]byte, 256<<20)
		for i := 0; i < len(memory); i += 4096 {
			memory[i] = 1
		}
		return nil
	}
}

// TestGroupLimitsMemory: a process that needs more than the limit is killed,
// and the group knows why.
func TestGroupLimitsMemory(t *testing.T) {
	forEachKind(t, func(t *testing.T, g *Group) {
		if g.control("memory.max", "memory.limit_in_bytes") == "" {
			t.Skip("no cgroup with the memory controller is writable")
		}
		if err := g.SetMemory(64 << 20); err != nil {
			t.Fatal(err)
		}
		hungry := child("hungry")
		stdin, err := hungry.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := hungry.Start(); err != nil {
			t.Fatal(err)
		}
		if err := g.Add(hungry.Process.Pid); err != nil {
			t.Fatal(err)
		}
		if n := g.OOMKills(); n != 0 {
			t.Errorf("%d killed for want of memory before there was want", n)
		}
		stdin.Close()
		if err := hungry.Wait(); err == nil || g.OOMKills() != 1 {
			t.Errorf("the process ended with %v, %d killed for want of memory; want one killed", err, g.OOMKills())
		}
	})
}
