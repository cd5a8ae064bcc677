package trial

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// noisy writes a noise model and returns its path.
func noisy(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shaky.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const shaky = "pauses:\n  - {nodes: [a], every: {exponential: 1s}, lasts: 20ms}\n"

// TestNoiseTravels: a worker plays a trial with noise as this process does,
// also when the file is gone by then, and noise makes it another run.
func TestNoiseTravels(t *testing.T) {
	path := noisy(t, shaky)
	n, err := OpenNoise(path)
	if err != nil {
		t.Fatal(err)
	}
	plain := Trial{Source: write(t, quick), Seed: 1, World: Virtual}
	disturbed := plain
	disturbed.Noise = []Noise{n}
	here := InProcess{}.Play(t.Context(), disturbed).Report
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	var in, out bytes.Buffer
	for range 2 { // the second time by what the worker remembers
		if err := json.NewEncoder(&in).Encode(disturbed); err != nil {
			t.Fatal(err)
		}
	}
	if err := Serve(t.Context(), InProcess{}, &in, &out); err != nil {
		t.Fatal(err)
	}
	results := json.NewDecoder(&out)
	for range 2 {
		var there Result
		if err := results.Decode(&there); err != nil {
			t.Fatal(err)
		}
		if there.Report.Digest == "" || there.Report.Digest != here.Digest {
			t.Errorf("a worker's digest is %q, want %q; error %q", there.Report.Digest, here.Digest, there.Report.Error)
		}
	}
	if quiet := (InProcess{}).Play(t.Context(), plain).Report; quiet.Digest == here.Digest {
		t.Error("with and without noise the digest is the same")
	}
	if want := "noise=shaky"; here.Variant != want || len(here.NoiseModels) != 1 || here.NoiseModels[0] != path {
		t.Errorf("got the variant %q and the models %v, want %s and %s", here.Variant, here.NoiseModels, want, path)
	}
}

// TestNoiseThatDoesNotFit is the scenario's fault, or the user's.
func TestNoiseThatDoesNotFit(t *testing.T) {
	good, err := OpenNoise(noisy(t, shaky))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, err := OpenNoise(noisy(t, strings.Replace(shaky, "[a]", "[zz]", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		world World
		noise []Noise
		want  string
	}{
		{"real time", Netns, []Noise{good}, "noise needs virtual time"},
		{"an unknown node", Virtual, []Noise{elsewhere}, `shaky.yaml:2:14: pauses.0.nodes.0: got the node "zz"`},
		{"one name twice", Virtual, []Noise{good, good}, "both called shaky"},
		{"an unknown model", Virtual, []Noise{{Word: "bsy-hypervisor"}}, `did you mean "busy-hypervisor"`},
	} {
		r := InProcess{}.Play(t.Context(), Trial{Source: write(t, quick), Seed: 1, World: c.world, Noise: c.noise})
		if r.Blame != BlameScenario || !strings.Contains(r.Report.Error, c.want) {
			t.Errorf("%s: got blame %q and %q, want %q and %q", c.name, r.Blame, r.Report.Error, BlameScenario, c.want)
		}
	}
}
