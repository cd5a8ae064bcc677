package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// shaky lets machines of quick stand still for a moment, which harms nothing.
const shaky = "pauses:\n  - {nodes: [a], every: {exponential: 1s}, lasts: 20ms}\n"

// TestNoiseOnTheCommandLine: what --noise names disturbs the run, and the
// command that replays it says so; what cannot be is refused with what can.
func TestNoiseOnTheCommandLine(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("other", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"quick.yaml": strings.ReplaceAll(quick, "WHO", "a"), "two words.yaml": shaky, "other/two words.yaml": shaky,
		"far.yaml": strings.Replace(shaky, "[a]", "[aa]", 1), "wrong.yaml": strings.Replace(shaky, "every", "evry", 1),
	} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		args           []string
		status         int
		stdout, stderr string // parts; empty: nothing
	}{
		{[]string{"--noise", "quiet"}, exitPassed, "replay: cablepull run quick.yaml --noise quiet --seed 1\n", ""},
		{[]string{"--noise", "two words.yaml", "--noise", "quiet", "--seed", "7"}, exitPassed, "replay: cablepull run quick.yaml --noise 'two words.yaml' --noise quiet --seed 7\n", ""},
		{[]string{"--noise", "quite"}, exitUsage, "", `run: --noise: unknown noise model: got "quite", want busy-hypervisor, hsrp-cap, live-migration, lossy-wifi or quiet (did you mean "quiet"?), or the path of a file such as ./quite.yaml`},
		{[]string{"--noise", ""}, exitUsage, "", "run: --noise: got nothing, want a value, or no such flag"},
		{[]string{"--noise", "nowhere.yaml"}, exitUsage, "", "nowhere.yaml"},
		{[]string{"--noise", "wrong.yaml"}, exitUsage, "", `wrong.yaml:2:18: pauses.0.evry: unknown key`},
		{[]string{"--noise", "far.yaml"}, exitUsage, "", `far.yaml:2:14: pauses.0.nodes.0: got the node "aa", want a or b`},
		{[]string{"--noise", "quiet", "--noise", "quiet"}, exitUsage, "", "both called quiet"},
		{[]string{"--noise", "two words.yaml", "--noise", "other/two words.yaml"}, exitUsage, "", "two words.yaml and other/two words.yaml are both called two words, and would draw the same: leave one out, or rename it"},
		{[]string{"--noise", "quiet", "--world", "netns"}, exitUsage, "", "--noise needs the virtual world: real machines have noise of their own, which doctor --record-noise can record"},
		{[]string{"--noise", "quiet", "--world", "both"}, exitUsage, "", "--noise needs the virtual world"},
	} {
		status, stdout, stderr := invoke(t, append([]string{"run", "quick.yaml"}, c.args...)...)
		if status != c.status || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) || (stdout == "") != (c.stdout == "") || (stderr == "") != (c.stderr == "") {
			t.Errorf("%q: status %d, want %d\n%s%s", c.args, status, c.status, stdout, stderr)
		}
	}
}

// TestNoiseChangesTheRun: quiet noise changes nothing, any other gives another
// digest, here and in workers, and the same one each time.
func TestNoiseChangesTheRun(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"quick.yaml": strings.ReplaceAll(quick, "WHO", "a"), "shaky.yaml": shaky} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	digest := func(args ...string) string {
		status, stdout, stderr := invoke(t, append([]string{"run", "quick.yaml"}, args...)...)
		_, after, found := strings.Cut(stdout, "digest ")
		if status != exitPassed || !found {
			t.Fatalf("%q: status %d, %s\n%s", args, status, stderr, stdout)
		}
		return strings.FieldsFunc(after, func(r rune) bool { return r == ',' || r == '\n' })[0]
	}
	plain, quiet, noisy := digest(), digest("--noise", "quiet"), digest("--noise", "shaky.yaml")
	if quiet != plain || noisy == plain || digest("--noise", "shaky.yaml") != noisy {
		t.Errorf("got the digests %s without noise, %s with a quiet one, %s with another one", plain, quiet, noisy)
	}
	out, err := command("run", "quick.yaml", "--noise", "shaky.yaml", "--seeds", "1..2", "--jobs", "2", "--json").Output()
	var all struct{ Runs []struct{ Digest string } }
	if jsonErr := json.Unmarshal(out, &all); err != nil || jsonErr != nil || len(all.Runs) != 2 {
		t.Fatalf("got %v, %v, want two runs\n%s", err, jsonErr, out)
	}
	if first, second := all.Runs[0].Digest, all.Runs[1].Digest; first != noisy || second == noisy {
		t.Errorf("workers: got the digests %s and %s, want %s and another one", first, second, noisy)
	}
}
