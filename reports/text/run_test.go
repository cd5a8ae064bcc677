package text

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/reports"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

// golden compares got with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; go test -rewrite accepts it):\n%s", path, diff)
	}
}

func drawn(t *testing.T, r *reports.Result, o Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteRun(&out, r, o); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRun(t *testing.T) {
	for _, c := range []struct {
		name   string
		result *reports.Result
		o      Options
	}{
		{"cable-pull.txt", cablePull(), Options{Width: 100, Unicode: true}},
		{"cable-pull-ascii.txt", cablePull(), Options{Width: 80}},
		{"cable-pull-colour.txt", cablePull(), Options{Width: 120, Unicode: true, Colour: true}},
		{"split-brain.txt", splitBrain(), Options{Width: 100, Unicode: true}},
		{"flapping.txt", flapping(), Options{Width: 100, Unicode: true, Lines: 30}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name, drawn(t, c.result, c.o)) })
	}
}

var escape = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// TestPagesKeepToTheirWidth: no line is wider than asked for, ASCII is ASCII,
// colour changes nothing else, and no control character of a name gets through.
func TestPagesKeepToTheirWidth(t *testing.T) {
	for _, r := range []*reports.Result{cablePull(), splitBrain(), flapping(), longNames()} {
		for _, width := range []int{80, 97, 120, 160, 200} {
			page := drawn(t, r, Options{Width: width, Unicode: true})
			coloured := drawn(t, r, Options{Width: width, Unicode: true, Colour: true})
			if escape.ReplaceAllString(coloured, "") != page {
				t.Errorf("%s: colour changes the text", r.Scenario)
			}
			ascii := drawn(t, r, Options{Width: width})
			if strings.ContainsFunc(ascii, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
				t.Errorf("%s: the ASCII page is not ASCII", r.Scenario)
			}
			for line := range strings.Lines(page + ascii) {
				line = strings.TrimSuffix(line, "\n")
				if strings.HasSuffix(line, " ") {
					t.Errorf("%s: spaces at the end of %q", r.Scenario, line)
				}
				if utf8.RuneCountInString(line) > width {
					t.Errorf("%s: %d columns, want at most %d: %s", r.Scenario, utf8.RuneCountInString(line), width, line)
				}
			}
		}
	}
}

func TestLongRunsAreBounded(t *testing.T) {
	page := drawn(t, flapping(), Options{Lines: 30})
	if lines := strings.Count(page, "\n"); lines > 60 {
		t.Errorf("got a page of %d lines, want at most 60", lines)
	}
	if !strings.Contains(page, "lines left out") {
		t.Error("the page does not say that lines were left out")
	}
}

func TestEmptyRun(t *testing.T) {
	page := drawn(t, &reports.Result{Scenario: "empty", World: "virtual", Passed: true}, Options{})
	want := "empty  seed 0, virtual world, 0s\n\nPASS  nothing was expected, no invariant violated\n0s simulated in 0s, 0 frames, digest n/a, version\n"
	if diff := cmp.Diff(want, page); diff != "" {
		t.Errorf("page (-want +got):\n%s", diff)
	}
}

// TestNoise: a run in real time says how noisy the machine was, and one that
// failed on a machine too busy for it says that this may be why.
func TestNoise(t *testing.T) {
	for _, c := range []struct {
		r          reports.Result
		noise, sad bool
	}{
		{reports.Result{World: "virtual", Passed: true}, false, false},
		{reports.Result{World: "netns", Passed: true, Noise: 34 * ms}, true, false},
		{reports.Result{World: "netns", Passed: true, Noise: 400 * ms, Noisy: true}, true, false},
		{reports.Result{World: "netns", Noise: 34 * ms}, true, false},
		{reports.Result{World: "netns", Noise: 400 * ms, Noisy: true}, true, true},
	} {
		if !c.r.Passed {
			c.r.Expectations = []reports.Expectation{{Text: "x", Got: "y"}}
		}
		var summary bytes.Buffer
		if err := WriteSummary(&summary, []reports.Result{c.r}, Options{}); err != nil {
			t.Fatal(err)
		}
		page := drawn(t, &c.r, Options{})
		if got := strings.Contains(page, "noise up to "+short(c.r.Noise)); got != c.noise {
			t.Errorf("%+v: the page tells its noise: %v, want %v:\n%s", c.r, got, c.noise, page)
		}
		for _, text := range []string{page, summary.String()} {
			words := strings.Join(strings.Fields(text), " ")
			if got := strings.Contains(words, "too busy for real time: a process of the run waited 400ms for a processor"); got != c.sad {
				t.Errorf("%+v: it blames the machine: %v, want %v:\n%s", c.r, got, c.sad, text)
			}
		}
	}
}
