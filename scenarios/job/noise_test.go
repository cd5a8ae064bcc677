package job

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// TestNoiseInDigests: what disturbs a run decides its outcome, so the digest of
// its job has the text of each model and its name, by which it draws. The
// folder of its file does not matter.
func TestNoiseInDigests(t *testing.T) {
	const text = "pauses:\n  - {nodes: [a], every: 1s, lasts: 20ms}\n"
	file := func(name, text string) trial.Noise {
		path := filepath.Join(t.TempDir(), name) // in another folder each time
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return named(t, path)
	}
	digest := func(noise ...trial.Noise) Digest {
		source := trial.Source{Word: "x", Scenario: &scenarios.Scenario{Name: "x"}}
		return Of(trial.Trial{Source: source, Seed: 1, World: trial.Virtual, Noise: noise}, "v1").Digest()
	}
	seen := map[Digest]string{}
	for _, c := range []struct {
		name  string
		noise []trial.Noise
	}{
		{"none", nil},
		{"of the library", []trial.Noise{named(t, "quiet")}},
		{"another one", []trial.Noise{named(t, "hsrp-cap")}},
		{"a file of the same name", []trial.Noise{file("quiet.yaml", text)}},
		{"a file", []trial.Noise{file("shaky.yaml", text)}},
		{"another text", []trial.Noise{file("shaky.yaml", strings.Replace(text, "20ms", "21ms", 1))}},
		{"two", []trial.Noise{file("shaky.yaml", text), named(t, "quiet")}},
	} {
		d := digest(c.noise...)
		if other, taken := seen[d]; taken {
			t.Errorf("%s and %s have one digest", c.name, other)
		}
		seen[d] = c.name
	}
	if here, there := digest(file("shaky.yaml", text)), digest(file("shaky.yaml", text)); here != there {
		t.Errorf("in two folders one model has the digests %s and %s", here, there)
	}
	if got := Of(trial.Trial{Source: trial.Source{Scenario: &scenarios.Scenario{Name: "x"}}, Noise: []trial.Noise{file("shaky.yaml", text)}}, "v1").Title(); !strings.Contains(got, "noise=shaky") {
		t.Errorf("the job is called %s, want its noise in it", got)
	}
}

// named opens a model.
func named(t *testing.T, word string) trial.Noise {
	t.Helper()
	n, err := trial.OpenNoise(word)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
