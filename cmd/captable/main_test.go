package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/node/wire/capture"
	"github.com/cablepull/cablepull/node/wire/facts"
)

// play runs the command and returns what it wrote.
func play(t *testing.T, wantStatus int, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, problems bytes.Buffer
	if status := run(args, &out, &problems); status != wantStatus {
		t.Fatalf("%q: got status %d, want %d: %s", args, status, wantStatus, &problems)
	}
	return out.String(), problems.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestRoundTrip: a table becomes a capture, and that becomes the table again.
// Instants of a capture count from its first frame.
func TestRoundTrip(t *testing.T) {
	table, err := facts.Text(facts.Failover)
	if err != nil {
		t.Fatal(err)
	}
	frames, _ := play(t, 0, "-frames", write(t, "table.tsv", table))
	var args []string
	for line := range strings.Lines(table) {
		if about, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
			args = append(args, "-about", about)
		}
	}
	if again, _ := play(t, 0, append(args, write(t, "frames.pcap", frames))...); again != table {
		t.Errorf("got\n%s\nwant\n%s", again, table)
	}
}

func TestProblems(t *testing.T) {
	for _, tc := range []struct {
		status int
		args   []string
		want   string
	}{
		{statusUsage, nil, "captable -frames TABLE"},
		{statusUsage, []string{"a", "b"}, "captable -frames TABLE"},
		{statusUsage, []string{"-frames", "-about", "x", "a"}, "captable -frames TABLE"},
		{statusUsage, []string{"-x"}, "not defined: -x"},
		{statusUsage, []string{"nowhere.pcap"}, "captable: open nowhere.pcap"},
		{statusFailed, []string{"main.go"}, "captable: main.go: capture: "},
		{statusFailed, []string{"-frames", "main.go"}, "captable: main.go: facts: line 1"},
	} {
		stdout, stderr := play(t, tc.status, tc.args...)
		if !strings.Contains(stderr, tc.want) || stdout != "" {
			t.Errorf("%q: got %q and %q, want %q", tc.args, stdout, stderr, tc.want)
		}
	}
}

// TestTablesAreTheCaptures: the tables of the project are what the captures of
// real routers show, message by message.
func TestTablesAreTheCaptures(t *testing.T) {
	for table, file := range map[string]string{
		facts.Failover:   "HSRP_failover.pcap",
		facts.Campus:     "kholia_HSRP_wild-samples_hsrp_cap.pcap",
		facts.OneSideMD5: "kholia_HSRP_packet-captures_HSRP-auth-md5-openwall.pcap",
	} {
		t.Run(table, func(t *testing.T) {
			frames, err := capture.Field(file)
			if errors.Is(err, fs.ErrNotExist) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			want, err := facts.Load(table)
			if err != nil {
				t.Fatal(err)
			}
			if got := factsOf(frames); !slices.Equal(got, want) {
				t.Errorf("the capture shows %d facts, the table has %d, or they differ", len(got), len(want))
			}
		})
	}
}
