package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/event/jsonform"
	"github.com/cablepull/cablepull/sim/oracle"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into testdata")

// golden compares got with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -rewrite accepts it):\n%s", path, diff)
	}
}

// cablePull is a run in which one expectation was not met.
func cablePull() *Result {
	return &Result{
		Scenario: "cable-pull", File: "my.yaml", About: "The cable of the active member is pulled.\n", Seed: 7, World: "virtual",
		Digest: "0123456789abcdef", Simulated: 2 * time.Minute, Wall: 85 * time.Millisecond, Frames: 12345,
		Version: "v0.1.0", Replay: "cablepull run cable-pull --seed 7", Page: "cable-pull\n  the timeline\n",
		Warnings: []string{"my.yaml:7:3: nodes.b: <odd>"},
		Expectations: []Expectation{
			{"b becomes Active between 7s and 10s after pull a.lan", true, "7.903s", "my.yaml", 16, 5},
			{`c1 keeps "all" connections <at least 100 %>`, false, "0 of 50", "my.yaml", 17, 5},
		},
		Violations: []oracle.Violation{{Invariant: "one-active", At: 47903 * time.Millisecond, Detail: "a and b in group 7\x01"}},
		Measures: oracle.Measures{
			Outages:  []oracle.Outage{{Client: "c1", From: 40 * time.Second, To: 48 * time.Second, Duration: 8 * time.Second, Detection: 8 * time.Second}},
			Members:  []oracle.MemberStatus{{Node: "a", Interface: "lan", Group: 7, VIP: "192.0.2.100", Mode: "down"}},
			Requests: []oracle.Requests{{Client: "c1", Failures: map[string]int{"timeout": 2, "reset": 50}}},
		},
		Events: []event.Event{
			{At: 40 * time.Second, What: event.FaultApplied{Fault: "pull a.lan"}},
			{At: 47903 * time.Millisecond, Node: "b", What: event.VIPGained{Interface: "lan", VIP: "192.0.2.100"}},
		},
	}
}

func TestRunJSON(t *testing.T) {
	var out bytes.Buffer
	if err := cablePull().WriteJSON(&out); err != nil {
		t.Fatal(err)
	}
	golden(t, "run.json", out.Bytes())

	var back Result
	if err := jsonform.Read(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	want := cablePull()
	want.Events, want.Page = nil, ""
	empty := jsonform.Append(nil, *want) // nil and empty slices are one in JSON
	if got := jsonform.Append(nil, back); !bytes.Equal(got, empty) {
		t.Errorf("read back:\ngot  %s\nwant %s", got, empty)
	}
}

func TestJUnit(t *testing.T) {
	good := Result{Scenario: "graceful", Seed: 1, World: "virtual", Passed: true, Wall: time.Second, Digest: "00", Version: "v0.1.0"}
	broken := Result{Scenario: "livelock", Seed: 2, World: "virtual", Error: "proc c1 panicked:\n\tboom <&>", Defect: true, Replay: "cablepull run livelock --seed 2"}
	lacking := Result{Scenario: "real", Seed: 1, World: "netns", Error: "user namespaces: limit reached", Replay: "cablepull run real --seed 1 --world netns"}
	skipped := Result{Scenario: "warm", About: "It reboots warm.", Seed: 1, World: "netns", Skipped: "there is no <warm> reboot in real time"}
	var out bytes.Buffer
	if err := WriteJUnit(&out, "incidents", []Result{good, *cablePull(), broken, lacking, skipped}); err != nil {
		t.Fatal(err)
	}
	golden(t, "junit.xml", out.Bytes())
	wellFormed(t, out.Bytes())
}

func TestJUnitIsBounded(t *testing.T) {
	r := cablePull()
	for range 10_000 {
		r.Expectations = append(r.Expectations, Expectation{Text: strings.Repeat("ä\x00\xff", 100)})
	}
	r.About, r.Page = strings.Repeat("x", 1<<20), "first\n"+strings.Repeat("a line of the page\n", 1<<16)+"last\n"
	var out bytes.Buffer
	if err := WriteJUnit(&out, "incidents", []Result{*r}); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 128<<10 {
		t.Errorf("got %d bytes for one test case", out.Len())
	}
	if !bytes.Contains(out.Bytes(), []byte("replay: "+r.Replay)) {
		t.Error("the replay command was cut away")
	}
	for _, part := range []string{"&#xA;first&#xA;", "lines left out", "last&#xA;</system-out>"} {
		if !bytes.Contains(out.Bytes(), []byte(part)) {
			t.Errorf("%q is missing: the page is cut in its middle", part)
		}
	}
	wellFormed(t, out.Bytes())
}

// TestShorten: whole lines of the middle are left out and counted, and nothing
// is longer than it may be, however long one line is.
func TestShorten(t *testing.T) {
	line := strings.Repeat("x", 98) + "\n"
	long := strings.Repeat("y", 5000) + "\n"
	for _, c := range []struct {
		text  string
		parts []string
	}{
		{strings.Repeat(line, 5), []string{line}},
		{"a\n" + strings.Repeat(line, 50) + "b\n", []string{"a\n" + line, "… 42 lines left out …\n", line + "b\n"}},
		{"a\n" + long + "b\n", []string{"a\n… 1 lines left out …\nb\n"}},
		{long, []string{"… 1 lines left out …\n"}},
		{strings.Repeat("z", 5000), []string{"… 1 lines left out …\n"}},
	} {
		got := shorten(c.text, 1000)
		for _, part := range c.parts {
			if !strings.Contains(got, part) {
				t.Errorf("%q is not in %q", part, got)
			}
		}
		if len(got) > 1000 {
			t.Errorf("got %d bytes, want at most 1000", len(got))
		}
	}
}

func wellFormed(t *testing.T, data []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not well-formed XML: %v", err)
		}
	}
}

func TestFailed(t *testing.T) {
	if got := cablePull().Failed(); len(got) != 1 || got[0].Got != "0 of 50" {
		t.Errorf("got %v, want the second expectation alone", got)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestWritersReportErrors(t *testing.T) {
	r := cablePull()
	for name, err := range map[string]error{
		"run.json":  r.WriteJSON(fullDisk{}),
		"junit.xml": WriteJUnit(fullDisk{}, "x", []Result{*r}),
	} {
		if !errors.Is(err, io.ErrShortWrite) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: got %v, want the writer's error with the name", name, err)
		}
	}
}
