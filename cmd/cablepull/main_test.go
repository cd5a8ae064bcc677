package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/testbed"
)

// asCommand makes the test binary behave as cablepull, so that tests can start
// it, and it can start its workers.
const asCommand = "CABLEPULL_AS_COMMAND"

// scene is what a test wants prepared before the binary behaves as cablepull:
// the name of one of scenes, which runs it.
const scene = "CABLEPULL_TEST_SCENE"

var scenes = map[string]func(){}

func TestMain(m *testing.M) {
	if prepare := scenes[os.Getenv(scene)]; prepare != nil {
		os.Unsetenv(scene)
		prepare()
	}
	// What a run starts by itself must never run these tests again.
	if os.Getenv(asCommand) != "" || os.Getenv(insideVariable) != "" {
		main()
	}
	// Most tests wait for runs in real time: more of them than processors go on
	// side by side, unless somebody says how many.
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", "4") // there is such a flag
	}
	os.Exit(m.Run())
}

// command is cablepull as a process.
func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	return cmd
}

// invoke runs one command line in this process.
func invoke(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(context.Background(), args, strings.NewReader(""), &out, &errs)
	return status, out.String(), errs.String()
}

// quick is a scenario that takes no time; FAIL is replaced by an expectation.
const quick = `name: quick
about: Two members elect one of them, and nothing is broken.
duration: 40s
segments: {lan: {}}
nodes:
  a: {gateway: {}, nics: {lan: 192.0.2.11/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}}
  b: {gateway: {}, nics: {lan: 192.0.2.12/24}, standby: {lan: {group: 30, vip: 192.0.2.100, priority: 100}}}
expect:
  - active: {node: WHO, from: 21s}
`

// foreign is a scenario that runs a program, which nobody has.
const foreign = `name: stranger
duration: 1s
segments: {lan: {}}
nodes:
  web:
    nics: {lan: 192.0.2.11/24}
    exec: {run: [no-such-program, --serve, "{dir}"]}
`

// writeScenario returns the path of a scenario that passes if who is a.
func writeScenario(t *testing.T, who string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "quick.yaml")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(quick, "WHO", who)), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestStatusAndWords: each way to call the command ends with its documented
// status, and says what was wrong and what is allowed.
func TestStatusAndWords(t *testing.T) {
	passes, fails := writeScenario(t, "a"), writeScenario(t, "b")
	broken := filepath.Join(t.TempDir(), "broken.yaml")
	if err := os.WriteFile(broken, []byte("name: broken\nduratoin: 40s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	stranger := filepath.Join(t.TempDir(), "stranger.yaml")
	if err := os.WriteFile(stranger, []byte(foreign), 0o644); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name   string
		args   []string
		status int
		stdout string // a part of it; empty: nothing is printed
		stderr string
	}{
		{"passes", []string{"run", passes}, exitPassed, "replay: cablepull run ", ""},
		{"fails", []string{"run", fails}, exitFailed, "FAIL", ""},
		{"many, one fails", []string{"run", passes, fails}, exitFailed, "1 failed", ""},
		{"verify", []string{"run", passes, "--verify"}, exitPassed, "digest", "equal digests"},
		{"help", []string{"run", "--help"}, exitPassed, "cablepull run --all --seeds 1..50 --jobs 2", ""},
		{"schema", []string{"schema"}, exitPassed, `"$schema"`, ""},
		{"list", []string{"list", "--tag", "f1"}, exitPassed, "cable-pull", ""},
		{"list of a folder", []string{"list", "--in", "self-balance"}, exitPassed, "self-balance-crash", ""},
		{"list of an unknown folder", []string{"list", "--in", "standbi"}, exitUsage, "", `did you mean "standby"?`},
		{"unknown verb", []string{"runn"}, exitUsage, "", `unknown command "runn"`},
		{"unknown flag", []string{"run", "--sede", "1"}, exitUsage, "", "unknown flag: --sede"},
		{"nothing named", []string{"run"}, exitUsage, "", "name an incident"},
		{"misspelt name", []string{"run", "cable-pul"}, exitUsage, "", `did you mean "cable-pull"`},
		{"no such file", []string{"run", "nowhere/x.yaml"}, exitUsage, "", "no such file"},
		{"broken file", []string{"run", broken}, exitUsage, "", "duratoin"},
		{"bad seeds", []string{"run", passes, "--seeds", "5..1"}, exitUsage, "", "1..50"},
		{"too many seeds", []string{"run", passes, "--seeds", "1..99999999"}, exitUsage, "", "more than"},
		{"seed and seeds", []string{"run", passes, "--seed", "1", "--seeds", "1..2"}, exitUsage, "", "exclude"},
		{"one seed that looks like many", []string{"run", passes, "--seeds", "20"}, exitPassed, "seed 20", "--seeds 20 is one seed; for the seeds 1 to 20 write --seeds 1..20\n"},
		{"no seeds", []string{"run", passes, "--seeds", ""}, exitUsage, "", "--seeds: got nothing"},
		{"no jobs", []string{"run", passes, "--jobs", "0"}, exitUsage, "", "--jobs"},
		{"one place for two", []string{"run", passes, fails, "--out", "x"}, exitUsage, "", "both called quick with seed"},
		{"one place for a seed twice", []string{"run", passes, "--seeds", "1..3,2", "--out", "x"}, exitUsage, "", "with seed 2"},
		{"all and a name", []string{"run", "--all", passes}, exitUsage, "", "--all"},
		{"unknown folder", []string{"run", "--all", "--in", "standbi"}, exitUsage, "", `did you mean "standby"?`},
		{"unknown tag", []string{"run", "--all", "--tag", "F999"}, exitUsage, "", "F999"},
		{"no directory", []string{"run", passes, "--out", "/proc/nowhere"}, exitUsage, "", "/proc/nowhere"},
		{"unknown world", []string{"run", passes, "--world", "real"}, exitUsage, "", `got "real", want virtual, netns or both`},
		{"verify in real time", []string{"run", passes, "--world", "both", "--verify"}, exitUsage, "", "digests"},
		{"list of unknown world", []string{"list", "--world", "both"}, exitUsage, "", `got "both", want virtual or netns`},
		{"impossible in real time", []string{"run", "virtual-mac-kept", "--world", "netns"}, exitUsage, "", "no warm reboot in real time"},
		{"program of a stranger", []string{"run", stranger}, exitUsage, "", stranger + `:7: node web runs no-such-program --serve '{dir}'`},
		{"which needs a real world", []string{"run", stranger, "--allow-exec"}, exitUsage, "", "no-such-program on web), which only --world netns can do"},
		{"in both worlds", []string{"run", stranger, "--allow-exec", "--world", "both"}, exitUsage, "", "only --world netns"},
		{"and is not installed", []string{"run", stranger, "--allow-exec", "--world", "netns"}, exitUsage, "", "node web runs no-such-program, which is not installed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			status, stdout, stderr := invoke(t, c.args...)
			if status != c.status {
				t.Errorf("status: got %d, want %d\n%s%s", status, c.status, stdout, stderr)
			}
			for _, o := range []struct{ name, got, want string }{{"stdout", stdout, c.stdout}, {"stderr", stderr, c.stderr}} {
				if !strings.Contains(o.got, o.want) || o.want == "" && o.got != "" {
					t.Errorf("%s: got %q, want %q in it", o.name, o.got, o.want)
				}
			}
		})
	}
}

// TestHiddenVerbs: who calls by hand what a run calls is told so, and nothing
// waits for what will never come.
func TestHiddenVerbs(t *testing.T) {
	t.Setenv(insideVariable, "") // runs in this process set it
	for _, verb := range append([]string{"worker"}, testbed.Parts...) {
		status, stdout, stderr := invoke(t, verb)
		if status != exitUsage || stdout != "" || !strings.Contains(stderr, verb+" is not for people") {
			t.Errorf("%s: got status %d, %q and %q; want %d and a word that it is not for people", verb, status, stdout, stderr, exitUsage)
		}
		if _, help, _ := invoke(t, "--help"); strings.Contains(help, "\n  "+verb+" ") {
			t.Errorf("%s: it is in the help", verb)
		}
	}
}

// TestJSONKeys: the keys that scripts rely on, durations with their twins.
func TestJSONKeys(t *testing.T) {
	status, stdout, _ := invoke(t, "run", writeScenario(t, "a"), "--json")
	if status != exitPassed {
		t.Fatalf("status: got %d, want %d", status, exitPassed)
	}
	var all struct{ Runs []map[string]any }
	if err := json.Unmarshal([]byte(stdout), &all); err != nil || len(all.Runs) != 1 {
		t.Fatalf("%v, %d runs in\n%s", err, len(all.Runs), stdout)
	}
	got := all.Runs[0]
	for _, key := range []string{
		"scenario", "seed", "world", "digest", "passed", "expectations", "violations", "measures",
		"simulated", "simulated_ns", "wall", "wall_ns", "frames", "version",
	} {
		if _, ok := got[key]; !ok {
			t.Errorf("key %q is missing", key)
		}
	}
	if got["simulated"] != "40s" || got["simulated_ns"] != 40e9 {
		t.Errorf("simulated: got %v and %v, want 40s and 4e10", got["simulated"], got["simulated_ns"])
	}
}

// TestWorkersAgree: worker processes give what this process gives, in the same
// order.
func TestWorkersAgree(t *testing.T) {
	path := writeScenario(t, "a")
	digests := func(jobs string) []string {
		cmd := command("run", path, "--seeds", "1..6", "--jobs", jobs, "--json")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("jobs %s: %v", jobs, err)
		}
		var got struct {
			Runs []struct{ Digest string }
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, r := range got.Runs {
			all = append(all, r.Digest)
		}
		return all
	}
	one, two := digests("1"), digests("3")
	if len(one) != 6 || strings.Join(one, " ") != strings.Join(two, " ") {
		t.Errorf("digests: got %v with 3 jobs, want %v", two, one)
	}
}
