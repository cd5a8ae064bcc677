package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// haunted is brief with a program that has a child which left it, files, and
// something to say: all that could be left over.
var haunted = strings.NewReplacer("SENT", "0..40", "timeline:", `
  ghost:
    nics: {lan: 192.0.2.60/24}
    exec:
      run: [sh, -c, "setsid sleep 1000 & echo boo; cat {dir}/it; exec sleep 1000"]
      name: haunt
      files: {it: it}
timeline:`).Replace(brief)

// TestKilledAtAnyMoment: kill -9 of the command leaves no process, namespace,
// interface, control group, mount, socket or temporary file, whenever it comes
// and whoever the user is. Some runs go on side by side, and do not mind each
// other's end. Method: as many runs as go on at once are left to end by
// themselves; the shortest says which moments there are. A machine that has
// become less busy since shortens them: what ended before its moment says so.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()                // it waits
	const kills, atOnce = 25, 5 // of each user
	seed := uint64(time.Now().UnixNano())
	for _, user := range users {
		t.Run(user.name, func(t *testing.T) {
			t.Parallel()
			start, scenario, dir := as(t, user.id, haunted)
			t.Logf("the moments have seed %d", seed)
			moments := rand.New(rand.NewPCG(seed, uint64(user.id)))
			mounts := mountsOf(t)
			next := 0
			shortest := &shortestRun{}
			victimAt := func(share float64) *victim {
				next++
				v := &victim{mark: fmt.Sprintf("CABLEPULL_TEST_VICTIM=%d-%d-%d", seed, user.id, next), folder: filepath.Join(dir, strconv.Itoa(next)), share: share, shortest: shortest}
				v.prepare(t, start, scenario)
				return v
			}
			var whole, all []*victim
			for range atOnce {
				whole = append(whole, victimAt(-1))
			}
			playAtOnce(t, whole, atOnce)
			if shortest.get() == 0 {
				t.Fatal("no run started")
			}
			for range kills { // some of them after the end
				all = append(all, victimAt(1.1*moments.Float64()))
			}
			playAtOnce(t, all, atOnce)
			killed, begun := 0, 0
			for _, v := range all {
				if v.killed {
					killed++
				}
				if v.begun {
					begun++
				}
			}
			if killed < kills/2 || begun == 0 {
				t.Errorf("%d of %d were killed before they ended, %d with something below them; that checks too little: one takes %v",
					killed, kills, begun, shortest.get())
			}
			if after := mountsOf(t); !slices.Equal(mounts, after) {
				t.Errorf("mounts: got %v, want %v", after, mounts)
			}
		})
	}
}

// playAtOnce plays victims, so many at a time.
func playAtOnce(t *testing.T, victims []*victim, atOnce int) {
	var group sync.WaitGroup
	queue := make(chan *victim)
	for range atOnce {
		group.Go(func() {
			for v := range queue {
				v.play(t)
			}
		})
	}
	for _, v := range victims {
		queue <- v
	}
	close(queue)
	group.Wait()
}

// shortestRun is how long the shortest run has taken so far; 0: none has ended.
type shortestRun struct {
	mu   sync.Mutex
	took time.Duration
}

func (s *shortestRun) get() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.took
}

// ended notes a run that took no longer than this.
func (s *shortestRun) ended(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.took == 0 || took < s.took {
		s.took = took
	}
}

// victim is a run that is killed at a moment.
type victim struct {
	cmd      *exec.Cmd
	mark     string  // in the environment of all its processes
	folder   string  // for its temporary files, and its reports
	share    float64 // of the shortest run, at which it is killed; below 0: it is left to end
	shortest *shortestRun
	begun    bool // it had processes below it
	killed   bool // it had not ended
}

func (v *victim) temporary() string { return filepath.Join(v.folder, "tmp") }
func (v *victim) out() string       { return filepath.Join(v.folder, "out") }

// prepare makes the command, and the folders for its user.
func (v *victim) prepare(t *testing.T, start func(...string) *exec.Cmd, scenario string) {
	t.Helper()
	v.cmd = start("run", scenario, "--world", "netns", "--allow-exec", "--out", v.out())
	v.cmd.Env = append(v.cmd.Environ(), v.mark, "TMPDIR="+v.temporary())
	err := os.MkdirAll(v.temporary(), 0o755)
	if attr := v.cmd.SysProcAttr; attr != nil && attr.Credential != nil {
		err = errors.Join(err, os.Chown(v.folder, int(attr.Credential.Uid), -1), os.Chown(v.temporary(), int(attr.Credential.Uid), -1))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// play runs the command, kills it, and reports what stays for longer than a
// reaper needs.
func (v *victim) play(t *testing.T) {
	if err := v.cmd.Start(); err != nil {
		t.Error(err)
		return
	}
	started, moment := time.Now(), time.Duration(v.share*float64(v.shortest.get()))
	if v.share < 0 {
		_ = v.cmd.Wait() // whether it passes is for others to test
		moment = time.Since(started)
	} else {
		time.Sleep(moment)
	}
	v.begun = len(below(v.cmd.Process.Pid)) > 0
	pids := v.processes()
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait() // an error if it has ended; the status says how
	if v.killed = v.cmd.ProcessState.ExitCode() == -1; !v.killed {
		v.shortest.ended(moment)
	}
	for deadline := time.Now().Add(slowdown * 10 * time.Second); ; {
		left := v.left(append(pids, v.cmd.Process.Pid))
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("killed after %v, it left %q", moment, left)
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// left lists what is there of the run: processes, and with them namespaces,
// interfaces and sockets, which have no other name; groups; and files, but for
// reports that are whole.
func (v *victim) left(pids []int) (left []string) {
	for _, pid := range v.processes() {
		left = append(left, fmt.Sprintf("process %d, a %s", pid, part(pid)))
	}
	_ = filepath.WalkDir("/sys/fs/cgroup", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "cablepull-") {
			for _, pid := range pids {
				if strings.Contains(d.Name(), fmt.Sprintf("-%d-", pid)) {
					left = append(left, path)
				}
			}
		}
		return nil // one that goes meanwhile is not left
	})
	// Who reads the progress knows that its process is gone.
	known := append(trial.ArtefactNames(), reports.IndexFile, reports.ProgressFile, "ghost.haunt.log")
	_ = filepath.WalkDir(v.folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && (!d.IsDir() && !slices.Contains(known, d.Name()) || filepath.Dir(path) == v.temporary()) {
			left = append(left, path)
		}
		return nil
	})
	return left
}

// processes lists those that have the mark in their environment.
func (v *victim) processes() (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environment, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ")) // none of one that has ended
		if slices.ContainsFunc(bytes.Split(environment, []byte{0}), func(b []byte) bool { return string(b) == v.mark }) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// mountsOf lists the mounts of this machine.
func mountsOf(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\n")
}
