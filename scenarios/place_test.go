package scenarios

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/expect"
)

// TestExpectationsHavePlaces: a verdict says where the file expects it, in each
// variant its own lines; a list that a program has changed has no places.
func TestExpectationsHavePlaces(t *testing.T) {
	lines := strings.Split(varied, "\n")
	placesOf := func(s *Scenario) []string {
		o, err := s.Run(t.Context(), RunOptions{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, v := range o.Expectations {
			if v.Place.Line == 0 {
				found = append(found, "nowhere")
			} else {
				found = append(found, strings.SplitAfter(lines[v.Place.Line-1][v.Place.Column-1:], ":")[0])
			}
		}
		return found
	}
	s := parsed(t, varied)
	for variant, want := range map[string][]string{
		"profile=ios,duration=60s":       {"becomes:", "moves:"},
		"profile=datapower,duration=60s": {"moves:"},
	} {
		v, err := s.Pick(variant)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, placesOf(v)); diff != "" || v.File() != "x.yaml" {
			t.Errorf("%s of %q (-want +got):\n%s", variant, v.File(), diff)
		}
	}
	changed := *parsed(t, small)
	changed.Expect = append(changed.Expect[:1:1], expect.Moves{})
	changed.Expect = append(changed.Expect, expect.Moves{})
	for _, place := range placesOf(&changed) {
		if place != "nowhere" {
			t.Errorf("changed by a program: got the place %q", place)
		}
	}
}
