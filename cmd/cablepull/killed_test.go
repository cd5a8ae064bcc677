//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// TestKilled: whenever the process is killed, alone or with its workers, what
// is on disk is complete files or none, and no worker stays. Method: workers
// have the standard error of the process, so the end of that is the end of the
// last.
func TestKilled(t *testing.T) {
	path, found := writeScenario(t, "a"), 0
	for _, after := range []time.Duration{20, 60, 120, 250, 400, 800} {
		after *= slowdown
		for _, alone := range []bool{true, false} {
			out := filepath.Join(t.TempDir(), "out")
			cmd := command("run", path, "--seeds", "1..2000", "--jobs", "2", "--out", out)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
			var problems bytes.Buffer
			cmd.Stderr, cmd.WaitDelay = &problems, 20*time.Second
			begun := time.Now()
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(after*time.Millisecond, func() {
				if alone {
					_ = cmd.Process.Kill()
				} else {
					_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				}
			})
			err := cmd.Wait()
			timer.Stop()
			if err == nil {
				t.Fatalf("killed after %v ms: it had finished", int64(after))
			}
			if time.Since(begun) > after*time.Millisecond+cmd.WaitDelay {
				_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
				t.Errorf("killed after %v ms: its workers go on\n%s", int64(after), &problems)
			}
			found += checkComplete(t, out)
		}
	}
	if found == 0 {
		t.Error("no kill came after the first run had ended: nothing was checked")
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
			for _, name := range []string{reports.CaptureFile, reports.EventsFile, reports.JUnitFile} {
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
			if !strings.HasPrefix(filepath.Base(file), ".") {
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
