package sweep

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestPlayGivesEachPointItsRuns(t *testing.T) {
	p, player := planOf(t, 4), outages()
	points := pointsOf(t, p, holdPath+"=6s,10s")
	all, err := p.Play(t.Context(), player, points, p.Seeds, 0, 4)
	if err != nil || len(all) != 2 || len(player.played) != 8 {
		t.Fatalf("got %d points, %d trials, %v, want 2 and 8", len(all), len(player.played), err)
	}
	for i, hold := range []time.Duration{6 * time.Second, 10 * time.Second} {
		for j, run := range all[i].Runs {
			trial := all[i].Trials[j]
			phase := time.Duration(j) * 750 * time.Millisecond // a quarter of a hello time of 3 s
			if trial.Seed != uint64(j+1) || trial.Phase != phase || run.Digest != "d"+string(rune('1'+j)) {
				t.Errorf("hold %v, run %d: got seed %d, phase %v, %s, want seed %d and phase %v", hold, j, trial.Seed, trial.Phase, run.Digest, j+1, phase)
			}
			if got := run.Values[0].Whole; got != int64(hold-phase) {
				t.Errorf("hold %v, run %d: got the outage of another run: %v", hold, j, time.Duration(got))
			}
		}
	}
	player.err = errStopped
	if _, err := p.Play(t.Context(), player, points, p.Seeds, 0, 4); !errors.Is(err, errStopped) {
		t.Errorf("got %v, want the error of the player", err)
	}
}

func TestFixedFaultsStayWhereTheyAre(t *testing.T) {
	p := planOf(t, 3)
	p.Phase = Fixed
	for _, trial := range p.Trials(pointsOf(t, p)[0], p.Seeds, 0, 3) {
		if trial.Phase != 0 {
			t.Errorf("seed %d: got a phase of %v, want none", trial.Seed, trial.Phase)
		}
	}
	if text := p.FaultsText(pointsOf(t, p)); text != "" {
		t.Errorf("got %q, want nothing said of faults that stay", text)
	}
}

// A longer hello time divides into longer parts: each point has its own.
func TestPhasesFollowTheHelloOfThePoint(t *testing.T) {
	p := planOf(t, 2)
	points := pointsOf(t, p, helloPath+"=2s,4s")
	for i, want := range []time.Duration{time.Second, 2 * time.Second} {
		if got := p.Trials(points[i], p.Seeds, 0, 2)[1].Phase; got != want {
			t.Errorf("point %d: got %v, want half a hello time, %v", i, got, want)
		}
	}
	if text := p.FaultsText(points); !strings.Contains(text, "up to 4s") {
		t.Errorf("got %q, want the longest hello time in it", text)
	}
}

func TestBadSettings(t *testing.T) {
	p := planOf(t, 1)
	for _, c := range []struct{ path, value, want string }{
		{"nodes.*.standby.lan.holt", "6s", `did you mean "hold"`},
		{holdPath, "fast", "want a duration"},
		{holdPath, "1s", "hold"}, // the product refuses it
		{"nodes.z.gateway", "{}", `there is no "z"`},
		{"about", "x", "about"},
	} {
		if _, err := p.Point(Setting{{Path: c.path, Value: c.value}}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%s: got %v, want an error with %q", c.path, c.value, err, c.want)
		}
	}
}

func TestVariantsHaveToBeChosen(t *testing.T) {
	p := planOf(t, 1)
	s := *p.Source.Scenario
	variants, err := s.Expand()
	if err != nil || len(variants) != 1 {
		t.Fatal(err)
	}
	p.Variant = "profile=ios"
	if _, err := p.Point(nil); err == nil || !strings.Contains(err.Error(), "no variants") {
		t.Errorf("got %v, want an error: the scenario has no variants", err)
	}
}
