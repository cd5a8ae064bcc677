package sweep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

const pair = `
duration: 90s
segments: {lan: {}}
nodes:
  a:
    gateway: {}
    nics: {lan: 192.0.2.11/24}
    standby: {lan: {group: 30, vip: 192.0.2.100, priority: 110}}
  b:
    gateway: {}
    nics: {lan: 192.0.2.12/24}
    standby: {lan: {group: 30, vip: 192.0.2.100}}
  c1:
    nics: {lan: 192.0.2.201/24}
    client: {target: "http://192.0.2.100/", rate: 10/s, start: 30s}
timeline:
  - 40s: pull a.lan
`

const holdPath, helloPath, ratePath = "nodes.*.standby.lan.hold", "nodes.*.standby.lan.hello", "nodes.c1.client.rate"

func planOf(t *testing.T, seeds int) *Plan {
	t.Helper()
	s, err := scenarios.Parse("pair.yaml", []byte(pair))
	if err != nil {
		t.Fatal(err)
	}
	p := &Plan{Source: trial.Source{Word: "pair.yaml", Scenario: s}, Phase: Even, World: trial.Virtual}
	for i := range seeds {
		p.Seeds = append(p.Seeds, uint64(i+1))
	}
	return p
}

func word(t *testing.T, text string) figure.Word {
	t.Helper()
	w, err := figure.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// fake is a player whose runs are functions of their trials.
type fake struct {
	of     func(trial.Trial) figure.Values
	played []trial.Trial
	broken map[uint64]string // why the runs of a seed have no verdict
	err    error
}

func (f *fake) Play(_ context.Context, trials []trial.Trial) ([]Run, error) {
	if f.err != nil {
		return nil, f.err
	}
	f.played = append(f.played, trials...)
	var runs []Run
	for _, t := range trials {
		if why := f.broken[t.Seed]; why != "" {
			runs = append(runs, Run{Verdict: "error", Error: why, Values: figure.Values{{ID: "unjudged", Whole: 1}}})
			continue
		}
		runs = append(runs, Run{Verdict: "passed", Digest: fmt.Sprintf("d%d", t.Seed), Values: f.of(t)})
	}
	return runs, nil
}

// outages is a player whose outage is the hold time without the phase: the
// worst case of a hello that comes just before the fault.
func outages() *fake {
	return &fake{of: func(t trial.Trial) figure.Values { return outageOf(spanOf(t, holdPath, 10*time.Second) - t.Phase) }}
}

func outageOf(d time.Duration) figure.Values {
	return figure.Values{{ID: "outage", Of: "c1", Whole: int64(d)}, {ID: "violated"}, {ID: "simulated", Whole: int64(90 * time.Second)}}
}

// spanOf is the value that a trial sets at a path.
func spanOf(t trial.Trial, path string, usual time.Duration) time.Duration {
	i := slices.IndexFunc(t.Set, func(x trial.Setting) bool { return x.Path == path })
	if i < 0 {
		return usual
	}
	d, err := time.ParseDuration(t.Set[i].Value)
	if err != nil {
		panic(err)
	}
	return d
}

func pointsOf(t *testing.T, p *Plan, texts ...string) []*Point {
	t.Helper()
	settings, err := NewSettings(knobs(t, texts...), Grid, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var points []*Point
	for _, s := range settings {
		point, err := p.Point(s)
		if err != nil {
			t.Fatal(err)
		}
		points = append(points, point)
	}
	return points
}

var errStopped = errors.New("stopped")
