package sweep

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func knobs(t *testing.T, texts ...string) []Knob {
	t.Helper()
	var all []Knob
	for _, text := range texts {
		k, err := ParseKnob(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, k)
	}
	return all
}

func texts(all []Setting) []string {
	var lines []string
	for _, s := range all {
		lines = append(lines, s.String())
	}
	return lines
}

func TestGridHasEachCombinationOnce(t *testing.T) {
	got, err := NewSettings(knobs(t, "a=1,2", "b=x,y,z"), Grid, 0, 0)
	want := []string{"a=1 b=x", "a=1 b=y", "a=1 b=z", "a=2 b=x", "a=2 b=y", "a=2 b=z"}
	if diff := cmp.Diff(want, texts(got)); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := NewSettings(nil, Grid, 0, 0); err != nil || len(got) != 1 || len(got[0]) != 0 {
		t.Errorf("no knob: got %v, %v, want one empty setting", got, err)
	}
	if _, err := NewSettings(knobs(t, "a=1..2"), Grid, 0, 0); err == nil || !strings.Contains(err.Error(), "without a step") {
		t.Errorf("a range without a step: got %v, want an error that says so", err)
	}
	if _, err := NewSettings(knobs(t, "a=1..1000/1", "b=1..1000/1"), Grid, 0, 0); err == nil || !strings.Contains(err.Error(), "more than 100000") {
		t.Errorf("a million settings: got %v, want an error that says so", err)
	}
}

// Of 8 points in base 2, each eighth has one; of 9 in base 3, each ninth.
func TestHaltonPointsFillTheSpace(t *testing.T) {
	for _, c := range []struct {
		knob string
		n    int
	}{{"a=0..8000", 8}, {"b=0..9000", 9}} {
		all, err := NewSettings(knobs(t, "a=0..8000", "b=0..9000"), Halton, c.n, 1)
		if err != nil || len(all) != c.n {
			t.Fatalf("got %v, %v, want %d settings", texts(all), err, c.n)
		}
		parts := map[string]bool{}
		for _, s := range all {
			value := s[slices.Index([]string{"a=0..8000", "b=0..9000"}, c.knob)].Value
			parts[fmt.Sprintf("%04s", value)[:1]] = true
		}
		if len(parts) != c.n {
			t.Errorf("%s: %d points lie in %d parts, want one in each", c.knob, c.n, len(parts))
		}
	}
}

func TestALatinHypercubeUsesEachPartOnce(t *testing.T) {
	for seed := range uint64(20) {
		all, err := NewSettings(knobs(t, "a=0..9999", "b=0..9999"), LatinHypercube, 10, seed)
		if err != nil || len(all) != 10 {
			t.Fatalf("got %v, %v, want 10 settings", texts(all), err)
		}
		for knob := range 2 {
			seen := map[string]bool{}
			for _, s := range all {
				seen[fmt.Sprintf("%04s", s[knob].Value)[:1]] = true
			}
			if len(seen) != 10 {
				t.Errorf("seed %d: knob %d: the settings lie in %d parts, want one in each of 10: %v", seed, knob, len(seen), texts(all))
			}
		}
	}
	one, _ := NewSettings(knobs(t, "a=0..9999", "b=0..9999"), LatinHypercube, 10, 1)
	two, _ := NewSettings(knobs(t, "a=0..9999", "b=0..9999"), LatinHypercube, 10, 2)
	if cmp.Equal(texts(one), texts(two)) {
		t.Error("two seeds give one design, want two")
	}
}

func TestPointsThatAreEqualAreOneSetting(t *testing.T) {
	got, err := NewSettings(knobs(t, "a=x,y"), Halton, 10, 0)
	if lines := slices.Sorted(slices.Values(texts(got))); err != nil || !slices.Equal(lines, []string{"a=x", "a=y"}) {
		t.Errorf("got %v, %v, want each of two values once", lines, err)
	}
	for _, n := range []int{0, -1, settingsMax + 1} {
		if _, err := NewSettings(knobs(t, "a=x,y"), Halton, n, 0); err == nil {
			t.Errorf("%d points: got no error, want one", n)
		}
	}
}

func TestPhasesDivideAHelloEvenly(t *testing.T) {
	seen := map[string]bool{}
	for i := range 10 {
		seen[phaseOf(3_000_000_000, i, 10).String()] = true
	}
	for _, want := range []string{"0s", "300ms", "600ms", "900ms", "1.2s", "1.5s", "1.8s", "2.1s", "2.4s", "2.7s"} {
		if !seen[want] {
			t.Errorf("no phase of %s in %v", want, seen)
		}
	}
}
