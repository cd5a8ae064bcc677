package scenarios

import (
	"strings"
	"testing"
)

// overSeeds is the small scenario with conditions over several seeds.
func overSeeds(conditions string) string { return small + "over-seeds:\n" + conditions }

func TestOverSeeds(t *testing.T) {
	s := parsed(t, overSeeds("  violated: ..1%\n  outage.p99: ..10s\n  group-moves.max: 1\n  outage.c1: 2s..\n"))
	var got []string
	for _, x := range s.OverSeeds {
		got = append(got, x.Condition.String())
	}
	want := "violated.any..1% outage.p99..10s group-moves.max=1 outage.c1.p50=2s.."
	if strings.Join(got, " ") != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if runs := s.OverSeeds.Runs(); runs != 299 {
		t.Errorf("they take %d runs, want 299", runs)
	}
	if first := s.OverSeeds[0].Place.Line; first != strings.Count(small, "\n")+2 {
		t.Errorf("the first one stands in line %d", first)
	}
	if conditions := s.OverSeeds.Conditions(); len(conditions) != 4 || conditions[1].Limits.High != 10e9 {
		t.Errorf("conditions %v", conditions)
	}
	if parsed(t, small).OverSeeds != nil {
		t.Error("a scenario without the key has conditions")
	}
}

func TestOverSeedsSlips(t *testing.T) {
	for conditions, want := range map[string]string{
		"  outge.p99: ..10s\n":                 `:3: over-seeds.outge.p99: no figure: "outge.p99": got "outge", want one of`,
		"  outage.p99: ..10\n":                 `over-seeds.outage.p99: outage.p99, a time: bad interval: got "..10", want an interval such as 7s..10s`,
		"  violated: ..1s\n":                   "violated.any, a share of runs: bad interval",
		"  outage: [1]\n":                      "over-seeds.outage: got a list, want limits, such as ..10s",
		"  violated.one-activ: ..1%\n":         `got the invariant "one-activ", want`,
		"  outage.meen: ..10s\n":               `got "meen", want what it is of, or a statistic (did you mean "mean"?)`,
		"  outage: ..1s\n  outage.p50: ..2s\n": "over-seeds.outage.p50: outage.p50 has limits already",
		"  [1]\n":                              "over-seeds: got a list, want a mapping of figures and limits",
	} {
		_, err := Parse("x.yaml", []byte(overSeeds(conditions)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", conditions, err, want)
		}
	}
}
