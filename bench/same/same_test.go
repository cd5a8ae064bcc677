package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	runBefore = `{"scenario":"x","digest":"f1-e1","wall":"1ms","version":"a","measures":{"groups":[{"moves":1,"no_active":"8s"}]}}`
	eventA    = `{"at":"0s","at_ns":0,"node":"a","kind":"power-changed","state":"up"}`
)

// write makes a folder of runs: name, run.json, events.jsonl.
func write(t *testing.T, runs ...[3]string) string {
	t.Helper()
	folder := t.TempDir()
	for _, r := range runs {
		dir := filepath.Join(folder, r[0])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"run.json": r[1], "events.jsonl": r[2]} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// TestSame: allowed differences pass, and all others are named.
func TestSame(t *testing.T) {
	const name = "x-seed-1"
	for _, tc := range []struct {
		what, run, events string
		flags             []string
		want              string // in what is printed; empty: nothing differs
	}{
		{"equal", runBefore, eventA, nil, ""},
		{"other time, version, events of the digest", strings.NewReplacer("1ms", "2ms", `"a"`, `"b"`, "f1-e1", "f1-e2").Replace(runBefore), eventA, nil, ""},
		{"added keys", strings.Replace(runBefore, `{"moves"`, `{"dark":"1s","moves"`, 1), strings.Replace(eventA, "}", `,"owner":true}`, 1), nil, ""},
		{"other frames", strings.Replace(runBefore, "f1", "f2", 1), eventA, nil, "frames of the digest: f1 before, f2 after"},
		{"another figure", strings.Replace(runBefore, "8s", "9s", 1), eventA, nil, `measures.groups.no_active: "8s" before, "9s" after`},
		{"one that may change", strings.Replace(runBefore, "8s", "9s", 1), eventA, []string{"-changed", "x:measures.groups.no_active"}, ""},
		{"one of another incident", strings.Replace(runBefore, "8s", "9s", 1), eventA, []string{"-changed", "y:measures.groups.no_active"}, "no_active"},
		{"a key less", strings.Replace(runBefore, `"moves":1,`, "", 1), eventA, nil, "measures.groups.moves is gone"},
		{"a renamed key", strings.Replace(runBefore, "moves", "takeovers", 1), eventA, []string{"-renamed", "moves=takeovers"}, ""},
		{"a longer list", strings.Replace(runBefore, "[{", "[{},{", 1), eventA, nil, "measures.groups: "},
		{"another event", runBefore, strings.Replace(eventA, "up", "off", 1), nil, "events, line 1:"},
		{"one event more", runBefore, eventA + "\n" + eventA, nil, "events: 1 lines before, 2 after"},
		{"a key of an event less", runBefore, strings.Replace(eventA, `,"state":"up"`, "", 1), nil, "events, line 1:"},
	} {
		before, after := write(t, [3]string{name, runBefore, eventA}), write(t, [3]string{name, tc.run, tc.events})
		var out bytes.Buffer
		err := run(append(tc.flags, "-old", before, "-new", after, "-seeds", "1"), &out, &out)
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: %v\n%s", tc.what, err, &out)
		case tc.want != "" && (!errors.Is(err, errDiffers) || !strings.Contains(out.String(), tc.want)):
			t.Errorf("%s: got %v, want a difference with %q\n%s", tc.what, err, tc.want, &out)
		}
	}
}

// TestSameIncidents: a new incident is listed, a missing one is a difference.
func TestSameIncidents(t *testing.T) {
	one, two := [3]string{"x-seed-1", runBefore, eventA}, [3]string{"y-z-seed-1", runBefore, eventA}
	for _, tc := range []struct {
		before, after string
		flags         []string
		differs       bool
		want          string
	}{
		{write(t, one), write(t, one, two), nil, false, "new incidents: y-z"},
		{write(t, one, two), write(t, one), nil, true, "y-z-seed-1: the new binary has no such run"},
		{write(t, one, two), write(t, one), []string{"-gone", "y-z"}, false, "1 runs compared, 0 differ"},
	} {
		var out bytes.Buffer
		err := run(append(tc.flags, "-old", tc.before, "-new", tc.after, "-seeds", "1"), &out, &out)
		if errors.Is(err, errDiffers) != tc.differs || !strings.Contains(out.String(), tc.want) {
			t.Errorf("got %v, want %q\n%s", err, tc.want, &out)
		}
	}
}

// TestSameRefuses: a comparison without runs is refused, because it would
// always be equal.
func TestSameRefuses(t *testing.T) {
	empty, good := t.TempDir(), write(t, [3]string{"x-seed-1", runBefore, eventA})
	for _, args := range [][]string{
		{},
		{"-old", filepath.Join(empty, "absent")},
		{"-old", empty, "-new", empty},
		{"-old", good, "-new", empty},
		{"-old", good, "-new", good, "-seeds", "0"},
		{"-old", good, "-new", good, "-gone", "x"},
		{"-old", good, "-new", good, "-renamed", "x"},
		{"-old", good, "-new", good, "-changed", "x"},
		{"-old", good, "-new", good, "more"},
	} {
		var out bytes.Buffer
		if err := run(args, &out, &out); err == nil || errors.Is(err, errDiffers) {
			t.Errorf("%q: got %v, want a refusal", args, err)
		}
	}
}
