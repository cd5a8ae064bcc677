package main

import (
	"bytes"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
	"github.com/cablepull/cablepull/sim/event"
)

// TestFollower: the clock on the progress line is that of the world, which each
// fault tells anew, and stops short of the end; the last fault stands beside
// it.
func TestFollower(t *testing.T) {
	f := &follower{began: time.Now(), total: 90 * time.Second}
	if got := f.clock() + f.fault(); got != "0s / 1m30s" {
		t.Errorf("at the start: got %q", got)
	}
	f.watch(event.Event{At: 40 * time.Second, What: event.FaultApplied{Fault: "pull a.lan"}})
	f.watch(event.Event{At: 2 * time.Second, What: event.VIPLost{}}) // says nothing of time: nodes speak late
	if got := f.clock() + " " + f.fault(); got != "40s / 1m30s pull a.lan" {
		t.Errorf("after a fault: got %q", got)
	}
	f.watch(event.Event{At: 89 * time.Second, What: event.FaultHealed{Fault: "pull a.lan"}})
	if got := f.fault(); got != "healed: pull a.lan" {
		t.Errorf("after its end: got %q", got)
	}
	f.began = f.began.Add(-time.Hour)
	if got := f.clock(); got != "1m29s / 1m30s" {
		t.Errorf("later than the end: got %q", got)
	}
}

// TestAnnouncement: runs in real time say how many there are and how long that
// takes: the longest, or all shared out.
func TestAnnouncement(t *testing.T) {
	trials := make([]trial.Trial, 5)
	batch := []int{0, 1, 2, 3, 4}
	for i := range trials {
		trials[i].Scenario = &scenarios.Scenario{Duration: time.Minute}
	}
	trials[4].Scenario = &scenarios.Scenario{Duration: 3 * time.Minute}
	for _, c := range []struct {
		jobs  int
		batch []int
		want  string
	}{
		{1, batch, "cablepull: 5 runs in real time, 1 in parallel: about 7m0s\n"},
		{2, batch, "cablepull: 5 runs in real time, 2 in parallel: about 3m30s\n"},
		{9, batch, "cablepull: 5 runs in real time, 5 in parallel: about 3m0s\n"},
		{9, batch[:1], "cablepull: 1 run in real time: about 1m0s\n"},
		{1, nil, ""},
	} {
		var said bytes.Buffer
		s := session{flags: runFlags{jobs: c.jobs}, stderr: &said}
		s.announce(trials, c.batch)
		if got := said.String(); got != c.want {
			t.Errorf("%d jobs for %d runs: got %q, want %q", c.jobs, len(c.batch), got, c.want)
		}
	}
}
