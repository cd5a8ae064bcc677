package text

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/reports"
)

// zoomed draws a part of the first page of the README.
func zoomed(t *testing.T, v View) string {
	t.Helper()
	return drawn(t, cablePull(), Options{Width: 100, View: v})
}

func wants(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, want := range parts {
		if !strings.Contains(page, want) {
			t.Errorf("want %q in\n%s", want, page)
		}
	}
}

func lacks(t *testing.T, page string, parts ...string) {
	t.Helper()
	for _, no := range parts {
		if strings.Contains(page, no) {
			t.Errorf("want no %q in\n%s", no, page)
		}
	}
}

// TestWindow: axis, lanes and list are of the window; the page says how many
// lines are not in it, and that the measures are of the whole run.
func TestWindow(t *testing.T) {
	page := zoomed(t, View{Window: reports.Window{From: 42 * time.Second, To: 45 * time.Second}})
	timeline, rest, _ := strings.Cut(page, "\nTakeovers\n")
	wants(t, timeline,
		"\nTimeline: 42s to 45s. Measures and verdict are of the whole run.\n",
		"\n             42s           42.5s         43s ",
		"\na            .......", "\nb            SSSSS", " 8.001s ", // an outage that began before, and ends later
		"\n.. 13 lines before 42.000s\n", "\n.. 5 lines after 45.000s\n",
		"43.000s    +3.000s  . S  #   c1  request fails: timeout x40 until 46.900s\n",
	)
	lacks(t, timeline, "40.000s ", "47.903s", "A Active", "v fault", "- answers")
	if _, whole, _ := strings.Cut(drawn(t, cablePull(), Options{Width: 100}), "\nTakeovers\n"); rest != whole {
		t.Errorf("measures of the whole run: got\n%s\nwant\n%s", rest, whole)
	}
}

// TestNarrowWindow: in less than a second, instants have microseconds. What was
// gathered earlier and goes on is there, and so is the end of an outage.
func TestNarrowWindow(t *testing.T) {
	page := zoomed(t, View{Window: reports.Window{From: 47900 * ms, To: 48100 * ms}})
	wants(t, page, "47.903100s    +7.903100s  . A  #   b   claims", " 47.9s ", "\n.. 14 lines before 47.900000s\n", "48.003000s    +8.003000s  . A  -   c1  answered again")
	lacks(t, page, " after 48")
}

// TestWindowToTheEnd: without an end, the window lasts until the run ends.
func TestWindowToTheEnd(t *testing.T) {
	page := zoomed(t, View{Window: reports.Window{From: 40 * time.Second}})
	wants(t, page, "Timeline: 40s to 1m20s.", "v fault", "40.000s  =========  pull a.lan", "\n.. 10 lines before 40.000s\n", "\n40.000s        +0s  . S  -   a ")
	lacks(t, page, "lines after")
}

// TestNodes: lanes and lines of the nodes that were asked for, and every fault
// and virtual IP.
func TestNodes(t *testing.T) {
	page := zoomed(t, View{Nodes: []string{"b", "c1"}})
	timeline, _, _ := strings.Cut(page, "\nTakeovers\n")
	wants(t, timeline, "\nTimeline: only nodes b, c1. Measures", "\nb            lll", "\nc1  ", "\n192.0.2.100  ", "a---", "pull a.lan", "                    b  c1\n")
	lacks(t, timeline, "\na   ", " a   ", "carrier lost")
}

// TestQuiet: one line for what passed; failures and their replay for the rest.
func TestQuiet(t *testing.T) {
	quiet := Options{Width: 100, Quiet: true}
	if got, want := drawn(t, cablePull(), quiet), "PASS  cable-pull seed 7: 3 expectations met, no invariant violated\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	want := `FAIL  split-brain seed 24301: 1 of 2 expectations not met, 1 violation
  FAIL one member is Active throughout  got two for 31.097s, from 69.903s
  FAIL one-active violated at 69.903s: a and b are Active in one partition
replay: cablepull run split-brain --seed 24301
`
	if got := drawn(t, splitBrain(), quiet); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	broken := *cablePull()
	broken.Passed, broken.Error = false, "no space left"
	wants(t, drawn(t, &broken, quiet), "ERROR  cable-pull seed 7: no verdict: no space left\nreplay: ")

	var many bytes.Buffer
	runs := []reports.Result{*cablePull(), *splitBrain(), {Scenario: "other", Skipped: "no nginx"}}
	if err := WriteSummary(&many, runs, quiet); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(many.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "FAIL split-brain seed 24301: ") || !strings.HasPrefix(lines[1], "3 runs: 1 passed, 1 failed, 1 skipped") {
		t.Errorf("got\n%s", many.String())
	}
	many.Reset()
	if err := WriteVariants(&many, variantResults("profile=ios", "profile=datapower"), quiet); err != nil {
		t.Fatal(err)
	}
	if got := many.String(); strings.Count(got, "\n") != 2 || !strings.HasPrefix(got, "FAIL reboot profile=datapower") {
		t.Errorf("got\n%s", got)
	}
}
