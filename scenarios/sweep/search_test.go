package sweep

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func TestUntilStopsAfterWholeBlocks(t *testing.T) {
	p, player := planOf(t, 1000), outages() // outages of 7 s to 10 s, evenly
	points := pointsOf(t, p)
	u, err := ParseUntil("outage.p50±5%")
	if err != nil {
		t.Fatal(err)
	}
	all, why, err := p.PlayUntil(t.Context(), player, points, u)
	if err != nil || len(all[0].Runs)%BlockSize != 0 || len(all[0].Runs) == 1000 || !strings.Contains(why, "is reached with") {
		t.Errorf("got %d runs, %q, %v, want some blocks of them", len(all[0].Runs), why, err)
	}
	for i, trial := range all[0].Trials {
		if want := time.Duration(i%BlockSize) * 30 * time.Millisecond; trial.Seed != uint64(i+1) || trial.Phase != want {
			t.Fatalf("run %d: got seed %d, phase %v, want each block to divide the hello time: %v", i, trial.Seed, trial.Phase, want)
		}
	}
	if u, err = ParseUntil("outage.p50±1ms"); err != nil {
		t.Fatal(err)
	}
	all, why, err = p.PlayUntil(t.Context(), player, points, u)
	if err != nil || len(all[0].Runs) != 1000 || !strings.Contains(why, "not reached with 1000 seeds: it needs about") {
		t.Errorf("got %d runs, %q, %v, want all, and how many more it takes", len(all[0].Runs), why, err)
	}
}

func TestUntilCountsHits(t *testing.T) {
	p := planOf(t, 1000)
	player := &fake{of: func(x trial.Trial) figure.Values { // one of 20 violates
		return figure.Values{{ID: "violated", Whole: int64((x.Seed + 19) % 20 / 19)}, {ID: "simulated", Whole: 1}}
	}}
	u, err := ParseUntil("violated=12")
	if err != nil {
		t.Fatal(err)
	}
	all, why, err := p.PlayUntil(t.Context(), player, pointsOf(t, p), u)
	if err != nil || len(all[0].Runs) != 300 {
		t.Errorf("got %d runs, %q, %v, want 300: 12 hits are there after 240", len(all[0].Runs), why, err)
	}
}

func TestBadRules(t *testing.T) {
	for text, want := range map[string]string{
		"": "want a figure", "outage.p99": "want a figure", "outage.p99±": "width", "outage.p99±0%": "width", "violated=0": "from 1 on",
		"violated=many": "from 1 on", "outrage=3": "did you mean", "outrage±5%": "did you mean", "outage.p99±5/s": "width",
	} {
		if u, err := ParseUntil(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want an error with %q", text, u, err, want)
		}
	}
}

// The smallest sum of outage (the hold time) and of what a shorter one costs
// (12.3 s less the hold time, squared) is at a hold time of 11.8 s, and of
// whole seconds at 12 s.
func TestOptimiseFindsTheBestSetting(t *testing.T) {
	p := planOf(t, 2)
	player := &fake{of: func(x trial.Trial) figure.Values {
		hold := spanOf(x, holdPath, 0)
		miss := (12.3 - hold.Seconds()) * (12.3 - hold.Seconds())
		return append(outageOf(hold), figure.Value{ID: "outage-detection", Of: "x", Whole: int64(miss * 1e9)})
	}}
	g, err := ParseGoal("outage.max, outage-detection.max*1")
	if err != nil {
		t.Fatal(err)
	}
	ks := knobs(t, holdPath+"=6s..30s")
	all, best, err := p.Optimise(t.Context(), player, ks, g, 60)
	if err != nil {
		t.Fatal(err)
	}
	if got := spanOf(all[best].Trials[0], holdPath, 0); got != 12*time.Second || len(all) > 25 {
		t.Errorf("got %v after %d settings, want 12s after at most 25, one for each second", got, len(all))
	}
	again, _, err := p.Optimise(t.Context(), player, ks, g, 60)
	if err != nil || len(again) != len(all) || again[best].Point != all[best].Point {
		t.Errorf("the same search tries other settings (%v)", err)
	}
}

func TestBadGoals(t *testing.T) {
	for text, want := range map[string]string{
		"": "no figure", "outage.p99,": "no figure", "outage.p99*": "factor", "outage.p99*-1": "factor", "outage.p99*3/s": "factor", "outrage": "did you mean",
	} {
		if g, err := ParseGoal(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v, %v, want an error with %q", text, g, err, want)
		}
	}
	g, err := ParseGoal("outage.p99,false-failovers*60s,violated*5%")
	if err != nil || g.Terms[0].Weight != 1 || g.Terms[1].Weight != 60e9 || g.Terms[2].Weight != 0.05 {
		t.Errorf("got %+v, %v, want the weights 1, a minute and a twentieth", g, err)
	}
	if v := g.Value(&Runs{Runs: []Run{{Values: outageOf(time.Second)}}}); !math.IsNaN(v) {
		t.Errorf("got %v, want no value: a figure was not measured", v)
	}
}

// The outage depends on the hold time alone.
func TestSensitivity(t *testing.T) {
	p := planOf(t, 1)
	player := &fake{of: func(x trial.Trial) figure.Values { return outageOf(spanOf(x, holdPath, 0)) }}
	all, influences, err := p.Sensitivity(t.Context(), player, knobs(t, holdPath+"=12s..30s", helloPath+"=2s..4s"), []figure.Word{word(t, "outage.p50"), word(t, "outage-retry.p50")}, 128)
	if err != nil || len(influences) != 2 {
		t.Fatalf("got %v, %v, want two knobs, and nothing of a figure that was not measured", influences, err)
	}
	if hold, hello := influences[0], influences[1]; hold.Knob != "hold" || math.Abs(hold.Share-1) > 0.1 || math.Abs(hello.Share) > 0.1 {
		t.Errorf("got %+v and %+v, want all of the variance explained by hold", hold, hello)
	}
	if len(all) > 128*4 {
		t.Errorf("got %d settings, want at most 4 times 128", len(all))
	}
}

// The client's rate is carried up to 347/s.
func TestSearchOfALimit(t *testing.T) {
	p := planOf(t, 300)
	player := &fake{of: func(x trial.Trial) figure.Values {
		q, _ := parseQuantity(x.Set[0].Value)
		outage := time.Second
		if q.amount > 347 {
			outage = 20 * time.Second
		}
		return outageOf(outage)
	}}
	c, err := figure.ParseCondition("outage.p99..10s")
	if err != nil {
		t.Fatal(err)
	}
	point, err := p.Point(nil)
	if err != nil {
		t.Fatal(err)
	}
	l, err := ParseLimit(ratePath, false, point.Scenario.Value)
	if err != nil {
		t.Fatal(err)
	}
	tried, err := p.Search(t.Context(), player, l, c)
	if err != nil {
		t.Fatal(err)
	}
	if got, fails, err := l.Found(); err != nil || got.amount < 340 || got.amount > 347 || fails == nil || tried[0].Runs.Point.Setting[0].Value != "10/s" {
		t.Errorf("got %s, fails at %v, %v after %d tries, want 340/s to 347/s, from the scenario's own 10/s on", got, fails, err, len(tried))
	}
	if n := SeedsFor(c); n != 299 {
		t.Errorf("got %d seeds for an upper bound of p99, want 299", n)
	}
	// With fewer seeds nothing is proved, so nothing is found.
	p.Seeds = p.Seeds[:100]
	if l, err = ParseLimit(ratePath, false, point.Scenario.Value); err != nil {
		t.Fatal(err)
	}
	if tried, err = p.Search(t.Context(), player, l, c); err != nil {
		t.Fatal(err)
	}
	if got, _, err := l.Found(); err == nil || tried[0].Judgement.Outcome != figure.Undecided {
		t.Errorf("100 seeds: got %s, %v, want nothing: they do not tell", got, err)
	}
}

func TestCompare(t *testing.T) {
	p := planOf(t, 40)
	ours, err := p.Play(t.Context(), outages(), pointsOf(t, p), p.Seeds, 0, 40)
	if err != nil {
		t.Fatal(err)
	}
	other := func(more func(x trial.Trial) time.Duration) *Runs {
		player := &fake{of: func(x trial.Trial) figure.Values { return outageOf(10*time.Second - x.Phase + more(x)) }}
		theirs, err := p.Play(t.Context(), player, pointsOf(t, p), p.Seeds, 0, 40)
		if err != nil {
			t.Fatal(err)
		}
		return theirs[0]
	}
	noise := func(x trial.Trial) time.Duration { return time.Duration(x.Seed%7) * 100 * time.Millisecond }
	for _, c := range []struct {
		name   string
		theirs *Runs
		word   string
		want   string
	}{
		{"equal", ours[0], "outage.p50", "no difference: all pairs are equal"},
		{"larger", other(func(x trial.Trial) time.Duration { return -time.Second - noise(x) }), "outage.p50", "larger (p < 0.001)"},
		{"smaller", other(func(x trial.Trial) time.Duration { return time.Second + noise(x) }), "outage.mean", "smaller (p < 0.001)"},
		{"too small to see", other(func(x trial.Trial) time.Duration { return noise(x) - 290*time.Millisecond }), "outage.mean", "no difference seen: needs about"},
		{"not measured", ours[0], "outage-detection.p50", "no pair of runs measured it"},
		{"shares", ours[0], "violated", "no difference seen"},
	} {
		row, err := Compare(ours[0], c.theirs, word(t, c.word))
		if err != nil || !strings.HasPrefix(row.Verdict, c.want) {
			t.Errorf("%s: got %q (%s), %v, want %q", c.name, row.Verdict, row.Text, err, c.want)
		}
	}
}
