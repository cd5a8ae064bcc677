//go:build unix

package reports

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
)

// The tests of this file run the test binary as a child, which finds in the
// environment where to write and what shall go wrong.
const (
	childPath = "CABLEPULL_TEST_DIRECTORY"
	childFate = "CABLEPULL_TEST_FATE"
)

// large is a run whose files take a while to write.
func large() *Result {
	r := cablePull()
	r.Frames = 30_000
	for i := range 20_000 {
		r.Events = append(r.Events, event.Event{At: time.Minute + time.Duration(i), Node: "c1", What: event.ConnOpened{Conn: uint64(i)}})
	}
	return r
}

func TestMain(m *testing.M) {
	path := os.Getenv(childPath)
	if path == "" {
		os.Exit(m.Run())
	}
	r := large()
	if os.Getenv(childFate) == "full" {
		signal.Ignore(syscall.SIGXFSZ) // then writes fail instead
		limit := syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			panic(err)
		}
		if err := writeAll(path, r); err != nil {
			fmt.Print(err)
		}
		return
	}
	fmt.Println("ready")
	for {
		if err := writeAll(path, r); err != nil {
			panic(err)
		}
	}
}

func child(t *testing.T, path, fate string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), childPath+"="+path, childFate+"="+fate)
	return c
}

// TestKill kills a process again and again while it writes, and finds complete
// files or none.
func TestKill(t *testing.T) {
	path, r := t.TempDir(), large()
	found, fewer := 0, 0
	for i := range 12 {
		c := child(t, path, "killed")
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		ready := make([]byte, len("ready"))
		if _, err := out.Read(ready); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(i*7) * time.Millisecond)
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		complete := whole(t, path, r)
		found += complete
		if complete < len(allFiles) {
			fewer++
		}
		if left := len(names(t, path)) - complete; runtime.GOOS == "linux" && left > 0 {
			t.Errorf("%d unfinished files are left", left)
		}
	}
	t.Logf("%d complete files; fewer than all of a run after %d kills", found, fewer)
	if err := writeAll(path, r); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(allFiles, names(t, path)); diff != "" {
		t.Errorf("the run after the kills (-want +got):\n%s", diff)
	}
}

// TestDiskFull: what does not fit is named, and nothing is there.
func TestDiskFull(t *testing.T) {
	path := t.TempDir()
	out, err := child(t, path, "full").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, name := range []string{CaptureFile, EventsFile} {
		if !strings.Contains(string(out), name) {
			t.Errorf("got %s, want an error that names %s", out, name)
		}
	}
	if got := names(t, path); len(got) > 0 {
		t.Errorf("got %v, want no file", got)
	}
}
