package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/sim/event"
)

// TestCaptureTimes: in both worlds the relative times that Wireshark shows are
// those of the scenario, as the first record of a capture is instant 0. In real
// time a fault is as late as its event says.
func TestCaptureTimes(t *testing.T) {
	t.Parallel() // it waits
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed (apt-get install tshark): its times are not compared with the scenario's")
	}
	start, scenario, dir := as(t, 0, strings.Replace(brief, "SENT", "5..40", 1))
	status, stdout, stderr := finish(t, start("run", scenario, "--world", "both", "--out", filepath.Join(dir, "out")))
	if status != exitPassed {
		t.Fatalf("status %d, want %d\n%s%s", status, exitPassed, stdout, stderr)
	}
	for _, world := range []string{"virtual", "netns"} {
		out := filepath.Join(dir, "out", "brief-seed-1", world)
		pulled, healed := 500*time.Millisecond, 900*time.Millisecond
		if world == "netns" {
			pulled, healed = faultsIn(t, filepath.Join(out, reports.EventsFile))
		}
		want := strings.Join([]string{
			"0.000000000 instant 0: ",
			fmt.Sprintf("%.9f fault: pull web.lan for 400ms", pulled.Truncate(time.Microsecond).Seconds()),
			fmt.Sprintf("%.9f healed: pull web.lan for 400ms", healed.Truncate(time.Microsecond).Seconds()), "",
		}, "\n")
		marks, err := exec.Command(tshark, "-n", "-r", filepath.Join(out, reports.CaptureFile), "-Y", "systemd_journal",
			"-T", "fields", "-E", "separator= ", "-e", "frame.time_relative", "-e", "_ws.col.Info").Output()
		if err != nil {
			t.Fatal(err)
		}
		head, rest, _ := strings.Cut(string(marks), "\n")
		before, _, _ := strings.Cut(head, "cablepull run")
		if got := before + "\n" + rest; got != want {
			t.Errorf("%s: got the marks\n%swant\n%s", world, marks, want)
		}
	}
}

// faultsIn returns when the fault of a scenario came and when it ended.
func faultsIn(t *testing.T, path string) (applied, healed time.Duration) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	events, err := event.ReadLines(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		switch e.What.(type) {
		case event.FaultApplied:
			applied = e.At
		case event.FaultHealed:
			healed = e.At
		}
	}
	return applied, healed
}
