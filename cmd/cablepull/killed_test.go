//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event"
)

// TestKilled: whenever the process is killed, alone or with its workers, what
// is on disk is complete files or none, and no worker stays. The last kills
// come when there is a run to check. Method: workers have the standard error of
// the process, so the end of that is the end of the last.
func TestKilled(t *testing.T) {
	path, found := writeScenario(t, "a"), 0
	for _, after := range []time.Duration{20, 60, 120, 250, 400, untilFirst} {
		for _, alone := range []bool{true, false} {
			found += killAfter(t, path, after*slowdown*time.Millisecond, alone)
		}
	}
	if found == 0 {
		t.Error("no kill came after the first run had ended: nothing was checked")
	}
}

// untilFirst stands for the time until the first run has left its reports.
const untilFirst = -1

// killAfter starts a sweep and kills it, alone or with its workers. It returns
// how many runs have left their reports.
func killAfter(t *testing.T, path string, after time.Duration, alone bool) (runs int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "out")
	cmd := command("run", path, "--seeds", "1..2000", "--jobs", "2", "--out", out)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var problems bytes.Buffer
	cmd.Stderr, cmd.WaitDelay = &problems, 20*time.Second
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := make(chan time.Time, 1)
	go func() {
		time.Sleep(after)
		deadline := time.Now().Add(slowdown * 20 * time.Second)
		for whole := []string{}; after < 0 && len(whole) == 0 && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			whole, _ = filepath.Glob(filepath.Join(out, "*", reports.RunFile))
		}
		killed <- time.Now()
		if alone {
			_ = cmd.Process.Kill()
		} else {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	}()
	if err := cmd.Wait(); err == nil {
		t.Fatalf("killed after %v: it had finished", after)
	}
	if time.Since(<-killed) > cmd.WaitDelay {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		t.Errorf("killed after %v: its workers go on\n%s", after, &problems)
	}
	checkStale(t, out)
	return checkComplete(t, out)
}

// checkStale: what is left of the progress of a killed process says that it is
// gone.
func checkStale(t *testing.T, dir string) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		return // it was killed before it made the directory
	}
	defer root.Close()
	p, err := reports.ReadProgress(root, ".")
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		t.Error(err)
	case !p.Stale():
		t.Errorf("process %d was killed, and its progress is not stale: %+v", p.Process, p)
	}
}

// checkComplete reads every artefact below dir as its readers do, and returns
// the number of runs that are there.
func checkComplete(t *testing.T, dir string) (runs int) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		switch filepath.Base(file) {
		case reports.RunFile:
			if !json.Valid(data) {
				t.Errorf("%s: half a file: %d bytes", file, len(data))
			}
			runs++ // it comes last, so the others are there
			for _, name := range trial.ArtefactNames() {
				if _, err := os.Stat(filepath.Join(filepath.Dir(file), name)); err != nil {
					t.Error(err)
				}
			}
		case reports.JUnitFile:
			if !strings.HasSuffix(string(data), "</testsuites>\n") {
				t.Errorf("%s: half a file: %d bytes", file, len(data))
			}
		case reports.EventsFile:
			events, err := event.ReadLines(bytes.NewReader(data))
			if err != nil || len(events) == 0 || events[len(events)-1].At != 40*time.Second {
				t.Errorf("%s: half a file: %d events (%v), want them to the end at 40 s", file, len(events), err)
			}
		case reports.CaptureFile:
			if err := readCapture(data); err != nil {
				t.Errorf("%s: half a file: %d bytes: %v", file, len(data), err)
			}
		default:
			if name := filepath.Base(file); !strings.HasPrefix(name, ".") && !slices.Contains(trial.ArtefactNames(), name) {
				t.Errorf("%s: not an artefact", file)
			}
		}
	}
	return runs
}

// readCapture reads all frames of a capture, of which there must be some.
func readCapture(data []byte) error {
	r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.DefaultNgReaderOptions)
	if err != nil {
		return err
	}
	for frames := 0; ; frames++ {
		if _, _, err := r.ReadPacketData(); err == io.EOF && frames > 20 {
			return nil
		} else if err != nil {
			return err
		}
	}
}
