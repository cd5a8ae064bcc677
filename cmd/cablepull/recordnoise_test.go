package main

import (
	"context"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/disturbance"
)

// recordedOf is a recording of so long with these pauses.
func recordedOf(length time.Duration, pauses ...recordedPause) *pauseRecording {
	r := &pauseRecording{atLeast: nap, length: length}
	for _, p := range pauses {
		r.add(p.at, p.length)
	}
	return r
}

// TestPauseLists: the traces have what was recorded, from any place on: the
// time after the last pause comes before the first one, and what is late by
// less than 1 ms is no pause.
func TestPauseLists(t *testing.T) {
	const ms, us = time.Millisecond, time.Microsecond
	for _, c := range []struct {
		name          string
		of            *pauseRecording
		gaps, lengths []time.Duration
	}{
		{"none", recordedOf(time.Second, recordedPause{100 * ms, 999 * us}), nil, nil},
		{"one", recordedOf(time.Second, recordedPause{100 * ms, 40 * ms}), []time.Duration{960 * ms}, []time.Duration{40 * ms}},
		{"one at the end", recordedOf(time.Second, recordedPause{900 * ms, 100 * ms}), []time.Duration{900 * ms}, []time.Duration{100 * ms}},
		{
			"three", recordedOf(time.Second, recordedPause{100 * ms, 40 * ms}, recordedPause{141 * ms, ms}, recordedPause{500 * ms, 200 * ms}),
			[]time.Duration{400 * ms, ms, 358 * ms}, []time.Duration{40 * ms, ms, 200 * ms},
		},
		// From 1.0004 ms to 2.6008 ms is from 1 µs to 2.601 ms in microseconds.
		{"rounded", recordedOf(10*ms, recordedPause{1000400, 1600400}), []time.Duration{8399 * us}, []time.Duration{1601 * us}},
	} {
		gaps, lengths := c.of.lists()
		if !slices.Equal(gaps, c.gaps) || !slices.Equal(lengths, c.lengths) {
			t.Errorf("%s: got the gaps %v and the lengths %v, want %v and %v", c.name, gaps, lengths, c.gaps, c.lengths)
		}
	}
}

// TestPauseModel: the text of a recording is a model with exactly its traces;
// one without pauses is a model too, and says so.
func TestPauseModel(t *testing.T) {
	const ms = time.Millisecond
	var many []recordedPause
	for i := range 200 {
		many = append(many, recordedPause{time.Duration(i) * 100 * ms, time.Duration(2+i%7) * ms})
	}
	for _, c := range []struct {
		of   *pauseRecording
		says string
	}{
		{recordedOf(2 * time.Second), "no pause of 1ms or more in 2s"},
		{recordedOf(2*time.Second, recordedPause{time.Second, 20 * ms}), "1 pause of 1ms or more in 2s, 1% of the time; the median is 20ms, the longest 20ms"},
		// The lengths are 2 to 8 ms in turn: 5 ms is in the middle.
		{recordedOf(20*time.Second, many...), "200 pauses of 1ms or more in 20s, 5% of the time; the median is 5ms, the longest 8ms"},
	} {
		m, err := disturbance.Parse("mine.yaml", c.of.model("a machine"))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.About, c.says) || !strings.HasPrefix(m.About, "Pauses of a machine: ") {
			t.Errorf("got about %q, want %q in it", m.About, c.says)
		}
		gaps, lengths := c.of.lists()
		if !slices.Equal(m.Traces["gaps"], gaps) || !slices.Equal(m.Traces["lengths"], lengths) || len(m.Pauses) != min(1, len(gaps)) {
			t.Errorf("%s: got %+v, want the gaps %v and the lengths %v", c.says, m, gaps, lengths)
		}
	}
}

// TestTooManyPauses: the longest ones stay, the model says from which length
// on, and it can still be read.
func TestTooManyPauses(t *testing.T) {
	r := recordedOf(time.Hour)
	for i := range 3 * pausesMax { // 1, 2 and 3 ms in turn
		r.add(time.Duration(i)*10*time.Millisecond, time.Duration(1+i%3)*time.Millisecond)
	}
	// With those of 1 ms there are too many; those of 2 and 3 ms are 20,000, and
	// those of 4 ms or more none.
	if len(r.pauses) > pausesMax || r.atLeast != 4*time.Millisecond {
		t.Errorf("got %d pauses of %v or more", len(r.pauses), r.atLeast)
	}
	r = recordedOf(10 * time.Hour)
	for i := range pausesMax {
		r.add(time.Duration(i)*3*time.Second, 1234567*time.Microsecond)
	}
	if _, err := disturbance.Parse("mine.yaml", r.model("a machine")); err != nil || len(r.pauses) != pausesMax {
		t.Errorf("%d pauses: %.200v", len(r.pauses), err)
	}
}

// lone is a scenario in which no pause does any harm.
const lone = `name: lone
duration: 30s
segments: {lan: {}}
nodes:
  a: {nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100}}}
`

// TestRecordNoise: what this machine records, run takes.
func TestRecordNoise(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("lone.yaml", []byte(lone), 0o644); err != nil {
		t.Fatal(err)
	}
	record := []string{"doctor", "--record-noise", "mine.yaml", "--for", "200ms"}
	status, stdout, stderr := invoke(t, record...)
	if want := regexp.MustCompile(`^Recorded .* of 1ms or more in .*s.*\.\nWrote mine\.yaml\. Now: cablepull run cable-pull --noise mine\.yaml\n$`); status != exitPassed || !want.MatchString(stdout) || stderr != "" {
		t.Fatalf("status %d, %s\n%s", status, stderr, stdout)
	}
	text, err := os.ReadFile("mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := invoke(t, "run", "lone.yaml", "--noise", "mine.yaml"); status != exitPassed || !strings.Contains(stdout, "--noise mine.yaml") {
		t.Errorf("status %d, %s\n%s\nwith the noise\n%s", status, stderr, stdout, text)
	}
	if status, _, stderr := invoke(t, record...); status != exitUsage || !strings.Contains(stderr, "mine.yaml exists already: --force replaces it") {
		t.Errorf("a second time: status %d, %s", status, stderr)
	}
	if again, err := os.ReadFile("mine.yaml"); err != nil || string(again) != string(text) {
		t.Errorf("the file has changed: %v\n%s", err, again)
	}
	if err := os.WriteFile("mine.yaml", []byte(strings.Repeat("# old\n", 10000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := invoke(t, append(record, "--force")...); status != exitPassed {
		t.Errorf("with --force: status %d, %s", status, stderr)
	}
	if again, err := os.ReadFile("mine.yaml"); err != nil || strings.Contains(string(again), "# old") {
		t.Errorf("the old file is still there: %v", err)
	}
}

// TestRecordingInterrupted keeps what there is.
func TestRecordingInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(100*time.Millisecond, cancel)
	var out, errs strings.Builder
	status := run(ctx, []string{"doctor", "--record-noise", "mine.yaml", "--for", "1h"}, strings.NewReader(""), &out, &errs)
	if status != exitInterrupted || errs.String() != "cablepull: interrupted\n" || !strings.Contains(out.String(), "Wrote mine.yaml.") {
		t.Errorf("status %d, %s\n%s", status, errs.String(), out.String())
	}
	text, err := os.ReadFile("mine.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disturbance.Parse("mine.yaml", text); err != nil {
		t.Error(err)
	}
}

// TestRecordFlags: what cannot be meant is refused, and nothing is written.
func TestRecordFlags(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--for", "5s"}, "doctor: --for is about a recording: add --record-noise FILE"},
		{[]string{"--force"}, "doctor: --force is about a recording: add --record-noise FILE"},
		{[]string{"--record-noise", ""}, `doctor: --record-noise: got "", want a name that ends in .yaml or .yml`},
		{[]string{"--record-noise", "mine"}, `doctor: --record-noise: got "mine", want a name that ends in .yaml or .yml`},
		{[]string{"--record-noise", "x.yaml", "--for", "50ms"}, "doctor: --for: got 50ms, want at least 100ms"},
		{[]string{"--record-noise", "x.yaml", "--for", "60"}, `doctor: --for: got "60", want a duration such as 5s`},
		{[]string{"--record-noise", "x.yaml", "--json"}, "doctor: --json prints what the machine can do"},
		{[]string{"--record-noise", "nowhere/x.yaml"}, "doctor: --record-noise: open nowhere/x.yaml"},
	} {
		status, stdout, stderr := invoke(t, append([]string{"doctor"}, c.args...)...)
		if status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "cablepull: "+c.want) {
			t.Errorf("%v: status %d, %s%s", c.args, status, stderr, stdout)
		}
	}
	if left, err := os.ReadDir("."); err != nil || len(left) > 0 {
		t.Errorf("got the files %v (%v), want none", left, err)
	}
}
