package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/incidents"
)

// TestShow: the file of an incident, byte by byte.
func TestShow(t *testing.T) {
	want, err := os.ReadFile("../../scenarios/incidents/standby/cable-pull.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := invoke(t, "show", "cable-pull"); status != exitPassed || stdout != string(want) || stderr != "" {
		t.Errorf("status %d, %s\n%s", status, stderr, stdout)
	}
	if status, stdout, stderr := invoke(t, "show", "cable-pul"); status != exitUsage || stdout != "" || !strings.Contains(stderr, `did you mean "cable-pull"?`) {
		t.Errorf("misspelt: status %d, %s\n%s", status, stderr, stdout)
	}
}

// TestValidate: all problems of all files, and their warnings; a line for each
// file that has none.
func TestValidate(t *testing.T) {
	t.Chdir(t.TempDir())
	good := strings.ReplaceAll(quick, "WHO", "a")
	for name, text := range map[string]string{
		"good.yaml":   good,
		"warned.yaml": strings.Replace(good, "priority: 100}", "priority: 100, hold: 12s}", 1),
		"broken.yaml": strings.NewReplacer("duration", "duratoin", "vip: 192.0.2.100", "vip: 192.0.2.500").Replace(good),
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args   []string
		stdin  string
		status int
		want   []string // in this order
		lines  int      // that begin with a file's name
	}{
		{[]string{"good.yaml"}, "", exitPassed, []string{"good.yaml: valid\n"}, 1},
		{[]string{"good.yaml", "--quiet"}, "", exitPassed, nil, 0},
		{[]string{"warned.yaml", "-q"}, "", exitPassed, []string{"warned.yaml:7:114: warning: nodes.b.standby.lan.hold: timers are", "\n    7 | ", "warned.yaml: valid, 1 warning\n"}, 2},
		{[]string{"warned.yaml", "--strict"}, "", exitUsage, []string{"warned.yaml:7:114: warning: ", "warned.yaml: 1 warning, which --strict forbids\n"}, 2},
		{[]string{"broken.yaml", "good.yaml", "nowhere.yaml"}, "", exitUsage, []string{
			"broken.yaml:1:1: duration: it is missing", "broken.yaml:3:1: duratoin: unknown key", "broken.yaml:6:", "broken.yaml:7:", "broken.yaml: 4 problems\n",
			"good.yaml: valid\n", "nowhere.yaml: there is no such file\n", "nowhere.yaml: 1 problem\n",
		}, 8},
		{[]string{"-"}, good, exitPassed, []string{"<stdin>: valid\n"}, 1},
		{[]string{"-", "good.yaml"}, "nmae: x", exitUsage, []string{"<stdin>:1:1: nmae: unknown key", "good.yaml: valid"}, 0},
		{[]string{"cable-pull"}, "", exitPassed, []string{"cable-pull: valid\n"}, 0},
	} {
		status, stdout, stderr := invokeWith(t, c.stdin, append([]string{"validate"}, c.args...)...)
		lines := 0
		for line := range strings.Lines(stdout) {
			if name, _, found := strings.Cut(line, ":"); found && !strings.Contains(name, " ") {
				lines++
			}
		}
		rest := stdout
		for _, want := range c.want {
			_, after, found := strings.Cut(rest, want)
			if !found {
				t.Errorf("%v: want %q in\n%s", c.args, want, rest)
			}
			rest = after
		}
		if status != c.status || stderr != "" || c.lines > 0 && lines != c.lines || len(c.want) == 0 && stdout != "" {
			t.Errorf("%v: status %d, want %d; %d lines, want %d; %s\n%s", c.args, status, c.status, lines, c.lines, stderr, stdout)
		}
	}
	status, stdout, _ := invoke(t, "validate", "broken.yaml", "warned.yaml", "good.yaml", "--json")
	var got struct{ Files []checked }
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || status != exitUsage || len(got.Files) != 3 {
		t.Fatalf("status %d, %v\n%s", status, err, stdout)
	}
	broken, warned, fine := got.Files[0], got.Files[1], got.Files[2]
	if broken.File != "broken.yaml" || broken.Valid || len(broken.Problems) != 4 || broken.Problems[1].Line != 3 || broken.Problems[1].Path != "duratoin" {
		t.Errorf("broken: %+v", broken)
	}
	if !warned.Valid || len(warned.Warnings) != 1 || warned.Warnings[0].Column != 114 || !fine.Valid || fine.Problems == nil || fine.Warnings == nil {
		t.Errorf("valid: %+v, %+v", warned, fine)
	}
	if status, _, stderr := invoke(t, "validate"); status != exitUsage || !strings.Contains(stderr, "name a file, or - for standard input") {
		t.Errorf("nothing named: status %d, %s", status, stderr)
	}
	if status, _, stderr := invoke(t, "validate", "-", "-"); status != exitUsage || !strings.Contains(stderr, "got - twice") {
		t.Errorf("twice: status %d, %s", status, stderr)
	}
}

// TestInit: the scenario to begin with is valid under any good name, has no
// warning, and passes; no file is replaced by accident.
func TestInit(t *testing.T) {
	t.Chdir(t.TempDir())
	if status, stdout, stderr := invoke(t, "init"); status != exitPassed || stdout != "Wrote my.yaml. Now: cablepull run my.yaml\n" || stderr != "" {
		t.Fatalf("status %d, %s%s", status, stdout, stderr)
	}
	if status, stdout, stderr := invoke(t, "run", "my.yaml"); status != exitPassed || !strings.HasPrefix(stdout, "my  seed 1") || stderr != "" {
		t.Errorf("run: status %d, %s%s", status, stdout, stderr)
	}
	if status, stdout, _ := invoke(t, "validate", "my.yaml", "--strict"); status != exitPassed {
		t.Errorf("validate: status %d, %s", status, stdout)
	}
	if err := os.WriteFile("my.yaml", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if status, stdout, stderr := invoke(t, "init", "my.yaml"); status != exitUsage || stdout != "" || !strings.Contains(stderr, "my.yaml exists already: --force replaces it") {
		t.Errorf("again: status %d, %s%s", status, stdout, stderr)
	}
	if text, _ := os.ReadFile("my.yaml"); string(text) != "mine" {
		t.Errorf("it was replaced: %s", text)
	}
	if status, stdout, _ := invoke(t, "init", "my.yaml", "--force"); status != exitPassed {
		t.Errorf("with --force: status %d, %s", status, stdout)
	}
	if text, _ := os.ReadFile("my.yaml"); !bytes.Equal(text, starter) {
		t.Errorf("with --force: %s", text)
	}
	if status, stdout, _ := invoke(t, "init", "-"); status != exitPassed || stdout != string(starter) {
		t.Errorf("-: status %d, %s", status, stdout)
	}
	if status, stdout, _ := invoke(t, "init", "--", "-x.yaml"); status != exitUsage || stdout != "" { // no scenario is called -x
		t.Errorf("-x.yaml: status %d, %s", status, stdout)
	}
	for _, name := range []string{"my", "My Test.yaml", "no/such/folder.yaml", "a.yaml b.yaml"} {
		if status, stdout, stderr := invoke(t, append([]string{"init"}, name)...); status != exitUsage || stdout != "" || !strings.HasPrefix(stderr, "cablepull: init: ") {
			t.Errorf("%s: status %d, %s%s", name, status, stdout, stderr)
		}
	}
	if files, _ := filepath.Glob("*"); !slices.Equal(files, []string{"my.yaml"}) {
		t.Errorf("files: %v", files)
	}
}

func TestVersion(t *testing.T) {
	status, stdout, stderr := invoke(t, "version")
	if want := "cablepull " + version() + ", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH + "\n"; status != exitPassed || stdout != want || stderr != "" {
		t.Errorf("status %d, %s%s", status, stdout, stderr)
	}
	_, stdout, _ = invoke(t, "version", "--json")
	var got map[string]string
	if err := json.Unmarshal([]byte(stdout), &got); err != nil || len(got) != 4 || got["version"] != version() || got["go"] != runtime.Version() || got["os"] == "" || got["arch"] == "" {
		t.Errorf("JSON: %v, %s", err, stdout)
	}
}

// TestList: one line for each incident, which a terminal does not break; --long
// has all of its text.
func TestList(t *testing.T) {
	_, stdout, _ := invoke(t, "list")
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if names := incidents.Names(); len(lines) != len(names) {
		t.Fatalf("%d lines, want %d", len(lines), len(names))
	}
	for i, name := range incidents.Names() {
		if !strings.HasPrefix(lines[i], name+" ") {
			t.Errorf("line %d: %s, want %s", i, lines[i], name)
		}
	}
	library, err := incidents.All()
	if err != nil {
		t.Fatal(err)
	}
	for _, width := range []int{20, 80, 132} {
		var b bytes.Buffer
		if err := listLines(&b, library, width); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width {
				t.Errorf("%d columns of %d: %s", n, width, line)
			}
		}
	}
	_, long, _ := invoke(t, "list", "--long", "--tag", "f1")
	if !strings.Contains(long, "cable-pull") || !strings.Contains(long, "[virtual netns") || !strings.Contains(long, "\n    ") {
		t.Errorf("long: %s", long)
	}
	if got := firstSentence("One thing. Another\nthing."); got != "One thing." {
		t.Errorf("got %q", got)
	}
}

// TestFormatTopic: the page names every key of the file, fault and expectation,
// and fits a terminal.
func TestFormatTopic(t *testing.T) {
	status, page, stderr := invoke(t, "help", "format")
	if status != exitPassed || stderr != "" {
		t.Fatalf("status %d, %s", status, stderr)
	}
	for _, want := range []string{
		"  duration ", "  expect ", "standby, ", "\n  pull NODE.INTERFACE", "\n  drift NODE PERCENT", "active, only-active, ", "violations\n", "docs/format.md", "cablepull schema",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing in\n%s", want, page)
		}
	}
	lines := strings.Split(page, "\n")
	for _, line := range lines {
		if len([]rune(line)) > formatWidth || strings.Contains(line, `\`) {
			t.Errorf("line: %s", line)
		}
	}
	if len(lines) > 80 {
		t.Errorf("%d lines", len(lines))
	}
	if _, same, _ := invoke(t, "format"); same != page {
		t.Error("cablepull format prints something else")
	}
}

// TestCommandLineMessages: each mistake on the command line says what was got
// and what is allowed, in our words.
func TestCommandLineMessages(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"run --jobs x cable-pull", `run: --jobs: got "x", want a whole number`},
		{"run --jobs 99999999999999999999 cable-pull", `run: --jobs: got "99999999999999999999", want a whole number`},
		{"run --seed -1 cable-pull", `run: --seed: got "-1", want a whole number from 0 to 18446744073709551615`},
		{"run --all=maybe", `run: --all: got "maybe", want true or false, or no value`},
		{"run --sede 1 cable-pull", "run: unknown flag: --sede (did you mean --seed?)"},
		{"run -seed 1 cable-pull", "run: unknown flag: -seed (did you mean --seed?)"},
		{"run -seed=1 cable-pull", "run: unknown flag: -seed (did you mean --seed?)"},
		{"run --nothing-like-it", "run: unknown flag: --nothing-like-it; cablepull run --help has them all"},
		{"run --tag", "run: --tag: got no value, want one: "},
		{"list --worl x", "list: unknown flag: --worl (did you mean --world?)"},
		{"list something", `list: got "something", want nothing after the flags`},
		{"doctor x", `doctor: got "x", want nothing after the flags`},
		{"version x", `version: got "x", want nothing after the flags`},
		{"show", "show: got no NAME, want one"},
		{"show a b", "show: got 2 words, want one NAME"},
		{"init a.yaml b.yaml", "init: got 2 words, want one FILE"},
		{"help formt", `help: got "formt", want `},
		{"help formt", `(did you mean "format"?)`},
		{"lst", `unknown command "lst" for "cablepull"`},
		{"--fo", "unknown flag: --fo"},
	} {
		status, stdout, stderr := invoke(t, strings.Fields(c.line)...)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, c.want) || strings.Contains(stderr, "strconv") {
			t.Errorf("%s: status %d, %q\n%s", c.line, status, stdout, stderr)
		}
	}
	if status, help, _ := invoke(t, "help", "run"); status != exitPassed || !strings.Contains(help, "--seeds") {
		t.Errorf("help run: status %d, %s", status, help)
	}
}

// BenchmarkHelp is what the command does for --help, without the start of the
// process.
func BenchmarkHelp(b *testing.B) {
	for b.Loop() {
		run(b.Context(), []string{"--help"}, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{})
	}
}
