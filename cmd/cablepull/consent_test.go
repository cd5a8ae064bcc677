package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConsent: a run that takes long says so before it begins, and where nobody
// can be asked it needs --yes.
func TestConsent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long.yaml")
	text := strings.NewReplacer("WHO", "a", "duration: 40s", "duration: 100000h").Replace(quick)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	status, stdout, stderr := invoke(t, "run", path)
	if want := "cablepull: run: " + path + " needs about 44m0s of computing: add --yes if that is meant\n"; status != exitUsage || stdout != "" || stderr != want {
		t.Errorf("status %d, %q, got %q, want %q", status, stdout, stderr, want)
	}
	if status, _, stderr := invoke(t, "run", writeScenario(t, "a"), "--seeds", "1..300"); status != exitPassed || stderr != "" {
		t.Errorf("many short runs: status %d, %q", status, stderr)
	}
}

// TestAsk: only a yes is one.
func TestAsk(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, " YES\n": true, "y": true, "\n": false, "": false, "n\n": false, "yesterday\n": false} {
		var out bytes.Buffer
		s := session{stderr: &out}
		if err := s.ask("x needs much", strings.NewReader(answer)); (err == nil) != want {
			t.Errorf("%q: got %v, want a yes: %t", answer, err, want)
		}
		if out.String() != "cablepull: x needs much: go on? [y/N] " {
			t.Errorf("got %q", out.String())
		}
	}
}
