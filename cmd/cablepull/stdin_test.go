package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// invokeWith runs one command line in this process with a standard input.
func invokeWith(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// TestStdin: a scenario on standard input is judged like a file. Messages call
// it <stdin>, and its replay command reads it from there again.
func TestStdin(t *testing.T) {
	text := strings.ReplaceAll(quick, "WHO", "a")
	nameless := strings.Replace(text, "name: quick\n", "", 1)
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		stdout      string
		stderr      string
	}{
		{"passes", text, []string{"run", "-"}, exitPassed, "replay: cablepull run - --seed 1\n", ""},
		{"fails", strings.ReplaceAll(quick, "WHO", "b"), []string{"run", "-", "--seed", "3"}, exitFailed, "replay: cablepull run - --seed 3\n", ""},
		{"without a name", nameless, []string{"run", "-"}, exitPassed, "stdin  seed 1", ""},
		{"invalid", strings.Replace(text, "duration", "duratoin", 1), []string{"run", "-"}, exitUsage, "", "\n<stdin>:3:1: duratoin: unknown key"},
		{"empty", "", []string{"run", "-"}, exitUsage, "", "<stdin>:1:1: the file is empty"},
		{"programs", foreign, []string{"run", "-"}, exitUsage, "", "<stdin>:7: node web runs no-such-program"},
		{"twice", text, []string{"run", "-", "-"}, exitUsage, "", "run: got - twice"},
		{"with a warning", strings.Replace(text, "priority: 100}", "priority: 100, hold: 12s}", 1), []string{"run", "-"}, exitPassed, "quick", "cablepull: warning: <stdin>:7:114: "},
		{"too large", strings.Repeat("#", 1<<20+1), []string{"run", "-"}, exitUsage, "", "want at most 1048576"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := invokeWith(t, c.stdin, c.args...)
			if status != c.status || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stdout == "") != (c.stdout == "") || (stderr == "") != (c.stderr == "") {
				t.Errorf("status: got %d, want %d\n%s%s", status, c.status, stdout, stderr)
			}
		})
	}
}

// TestStdinInWorkers: workers get the text, since only their parent can read
// standard input.
func TestStdinInWorkers(t *testing.T) {
	cmd := command("run", "-", "--seeds", "1..4", "--jobs", "2", "--json")
	cmd.Stdin = strings.NewReader(strings.ReplaceAll(quick, "WHO", "a"))
	out, err := cmd.Output()
	var got struct {
		Runs []struct {
			Passed bool
			Seed   uint64
			Replay string
		}
	}
	if err != nil || json.Unmarshal(out, &got) != nil || len(got.Runs) != 4 {
		t.Fatalf("%v\n%s", err, out)
	}
	for i, r := range got.Runs {
		if !r.Passed || r.Seed != uint64(i+1) || !strings.HasPrefix(r.Replay, "cablepull run - --seed ") {
			t.Errorf("run %d: %+v", i, r)
		}
	}
}

// TestPathOrName: only a slash or the ending says that a word is a path,
// whatever the current directory holds.
func TestPathOrName(t *testing.T) {
	text := []byte(strings.ReplaceAll(quick, "WHO", "a"))
	t.Chdir(t.TempDir())
	for _, name := range []string{"quick", "cable-pull", "quick.yml"} {
		if err := os.WriteFile(name, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("crash", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		word           string
		status         int
		stdout, stderr string
	}{
		{"cable-pull", exitPassed, "cable-pull  seed 1", ""},
		{"./cable-pull", exitPassed, "quick  seed 1", ""},
		{"quick.yml", exitPassed, "quick  seed 1", ""},
		{"crash", exitPassed, "crash  seed 1", ""},
		{"quick", exitUsage, "", "the file of that name is ./quick\n"},
		{"crash/", exitUsage, "", "crash/ is not a regular file"},
		{"cable-pul", exitUsage, "", `did you mean "cable-pull"?`},
		{"cable-pull.yaml", exitUsage, "", "run: cable-pull.yaml: there is no such file"},
	} {
		status, stdout, stderr := invoke(t, "run", c.word)
		if status != c.status || !strings.HasPrefix(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stderr == "") != (c.stderr == "") {
			t.Errorf("%s: status %d, want %d\n%.200s%s", c.word, status, c.status, stdout, stderr)
		}
	}
}

// TestReplayInShell: the replay command of a file with any name is one line
// that a shell runs as it stands, and nothing else.
func TestReplayInShell(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	ran := filepath.Join(dir, "ran")
	for _, name := range []string{
		"plain.yaml", "two words.yaml", "it's.yaml", `"x".yaml`, "$HOME.yaml", "$(touch ran).yaml", "`touch ran`.yaml", "a;touch ran;.yaml", "a\nb.yaml", "-x.yaml", "--all.yaml",
		"größe.yaml", `back\slash.yaml`, "tab\t.yaml", "*.yaml", "\x1b[31m.yaml", "100% %s.yaml", "~.yaml", "#.yaml", "=.yaml",
	} {
		if err := os.WriteFile(name, []byte(strings.ReplaceAll(quick, "WHO", "a")), 0o644); err != nil {
			t.Fatal(err)
		}
		status, page, stderr := invoke(t, "run", "--", name)
		_, replay, found := strings.Cut(strings.TrimSuffix(page, "\n"), "replay: cablepull ")
		if status != exitPassed || !found || strings.Contains(replay, "\n") {
			t.Errorf("%q: status %d, %s\n%s", name, status, stderr, page)
			continue
		}
		var out, errs bytes.Buffer
		sh := command() // only for its environment
		sh.Path, sh.Args = "/bin/sh", []string{"sh", "-c", `exec "$CABLEPULL" ` + replay}
		sh.Env = append(sh.Env, "CABLEPULL="+os.Args[0])
		sh.Stdout, sh.Stderr = &out, &errs
		if err := sh.Run(); err != nil || !strings.HasPrefix(out.String(), "quick  seed 1") {
			t.Errorf("%q: %s: %v\n%s", name, replay, err, errs.String())
		}
		if _, err := os.Stat(ran); err == nil {
			t.Fatalf("%q: %s: it ran what the name says", name, replay)
		}
	}
}
