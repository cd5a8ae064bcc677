package text

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
)

func manyRuns() []reports.Result {
	broken := reports.Result{
		Scenario: "a-scenario-with-a-name-that-is-far-too-long-for-a-table", Seed: 3, World: "virtual", Simulated: time.Second, Wall: time.Second,
		Error: "proc c1 panicked: index out of range", Defect: true, Replay: "cablepull run a-scenario-with-a-name-that-is-far-too-long-for-a-table --seed 3",
	}
	return []reports.Result{*cablePull(), *splitBrain(), *flapping(), broken}
}

func TestSummary(t *testing.T) {
	for name, o := range map[string]Options{"summary.txt": {Width: 100, Unicode: true}, "summary-ascii.txt": {Width: 80}} {
		var out bytes.Buffer
		if err := WriteSummary(&out, manyRuns(), o); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.String())
	}
}

// TestSummaryOfWorlds: runs of two worlds are told apart; what lacked something
// is no failure of the bench, and what was not run is none at all.
func TestSummaryOfWorlds(t *testing.T) {
	lacking := reports.Result{
		Scenario: "keepalived-cable", Seed: 1, World: "netns", Error: "testbed: node r1: not permitted",
		Replay: "cablepull run keepalived-cable --seed 1 --world netns",
	}
	skipped := reports.Result{
		Scenario: "warm-reboot", Seed: 1, World: "netns",
		Skipped: "reboot a warm down 5s: a process that is killed keeps nothing, so there is no warm reboot in real time",
	}
	var out bytes.Buffer
	results := []reports.Result{*cablePull(), *cablePullNetns(), lacking, skipped}
	if err := WriteSummary(&out, results, Options{Width: 100, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	golden(t, "summary-worlds.txt", out.String())
	out.Reset()
	if err := WriteSummary(&out, results[3:], Options{}); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "1 run: 0 passed, 1 skipped") || strings.Contains(got, "takeover") {
		t.Errorf("nothing but a skip: got %q", got)
	}
}

// TestSummaryOfNothing: a run that expects nothing is not shown like one that
// met what was expected.
func TestSummaryOfNothing(t *testing.T) {
	unasked := *cablePull()
	unasked.Scenario, unasked.Expectations = "nothing-asked", nil
	for sign, o := range map[string]Options{"○": {Unicode: true}, "none": {}} {
		var out bytes.Buffer
		if err := WriteSummary(&out, []reports.Result{*cablePull(), unasked}, o); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\n" + sign + " nothing-asked ", "\n2 runs: 2 passed, 1 of them without an expectation, "} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is missing in:\n%s", want, &out)
			}
		}
		if got := strings.Count(out.String(), sign); got != 1 {
			t.Errorf("got %q %d times, want once:\n%s", sign, got, &out)
		}
	}
}

func TestFailureOnOneLine(t *testing.T) {
	var out bytes.Buffer
	if err := WriteFailure(&out, splitBrain(), Options{Width: 160, Unicode: true}); err != nil {
		t.Fatal(err)
	}
	want := "FAIL split-brain seed 24301: one-active violated at 69.903s: a and b are Active in one partition (and 1 more) — " +
		"replay: cablepull run split-brain --seed 24301\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("failure (-want +got):\n%s", diff)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWritersReportErrors(t *testing.T) {
	for name, err := range map[string]error{
		"run":     WriteRun(fullDisk{}, cablePull(), Options{}),
		"summary": WriteSummary(fullDisk{}, manyRuns(), Options{}),
		"failure": WriteFailure(fullDisk{}, splitBrain(), Options{}),
	} {
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("%s: got %v, want the writer's error", name, err)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		d     time.Duration
		short string
		brief string
	}{
		{0, "0s", "0s"},
		{7, "7ns", "7ns"},
		{250 * time.Microsecond, "250µs", "250µs"},
		{1234567, "1.23ms", "1.234567ms"},
		{999_600_000, "1.000s", "999.6ms"},
		{7903 * ms, "7.903s", "7.903s"},
		{59_999_900_000, "1m00.0s", "59.9999s"},
		{123_456 * ms, "2m03.5s", "2m3.456s"},
		{90 * time.Minute, "1h30m00s", "1h30m"},
		{365 * 24 * time.Hour, "8760h00m00s", "365d"},
		{-40 * time.Second, "-40.000s", "-40s"},
	} {
		if got := short(c.d); got != c.short {
			t.Errorf("short(%v): got %s, want %s", c.d, got, c.short)
		}
		if got := brief(c.d); got != c.brief {
			t.Errorf("brief(%v): got %s, want %s", c.d, got, c.brief)
		}
	}
	if got := instant(10_000*time.Second + 5*ms); got != "02:46:40.005" {
		t.Errorf("instant: got %s", got)
	}
}

// TestPartsAddUp: each part alone would round to nothing, all together must
// not.
func TestPartsAddUp(t *testing.T) {
	each := []time.Duration{40 * time.Microsecond, 40 * time.Microsecond, 40 * time.Microsecond, 80 * time.Microsecond}
	if diff := cmp.Diff([]string{"0", "0.0001s", "0", "0.0001s"}, parts(each)); diff != "" {
		t.Errorf("parts of 200µs (-want +got):\n%s", diff)
	}
}

func TestOptions(t *testing.T) {
	env := func(vars ...string) func(string) string {
		return func(name string) string {
			for _, v := range vars {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
	}
	if got := OptionsFor(&bytes.Buffer{}, env("LANG=C.UTF-8")); !cmp.Equal(got, Options{}) {
		t.Errorf("not a terminal: got %+v, want plain ASCII", got)
	}
	for want, vars := range map[bool][]string{
		true:  {"LANG=de_DE.utf8"},
		false: {"LC_ALL=C", "LANG=de_DE.UTF-8"},
	} {
		if got := speaksUTF8(env(vars...)); got != want {
			t.Errorf("%v: got %v, want %v", vars, got, want)
		}
	}
	for width, want := range map[int]int{0: widthDefault, 10: widthMin, 100: 100, 1000: widthMax} {
		if got := (Options{Width: width}).bounded().Width; got != want {
			t.Errorf("width %d: got %d, want %d", width, got, want)
		}
	}
}
