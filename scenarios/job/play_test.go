package job

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/trial"
)

const quick = `name: quick
duration: 40s
segments: {lan: {}}
nodes:
  a: {nics: {lan: 192.0.2.11/24}, standby: {lan: {vip: 192.0.2.100, priority: 110}}}
  b: {nics: {lan: 192.0.2.12/24}, standby: {lan: {vip: 192.0.2.100}}}
timeline:
  - 25s: pull a.lan
expect:
  - active: {node: b, from: 39s}
`

// source is a scenario in a file of its own.
func source(t *testing.T, text string) trial.Source {
	t.Helper()
	path := filepath.Join(t.TempDir(), "quick.yaml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := trial.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sweep are trials of a scenario: two settings, with some seeds.
func sweep(s trial.Source, seeds int) (all []trial.Trial) {
	for _, hold := range []string{"12s", "15s"} {
		for seed := range seeds {
			all = append(all, trial.Trial{Source: s, Set: []trial.Setting{{Path: "nodes.*.standby.lan.hold", Value: hold}}, Seed: uint64(seed + 1), World: trial.Virtual})
		}
	}
	return all
}

func jobsOf(trials []trial.Trial) (all []Job) {
	for _, t := range trials {
		all = append(all, Of(t, "v1"))
	}
	return all
}

func planOf(t *testing.T, trials []trial.Trial) Plan {
	t.Helper()
	p, err := NewPlan(Sweep, "v1", "cablepull sweep", map[string]int{"x": 1}, jobsOf(trials))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// playing counts what it plays, and can end a context in the middle.
type playing struct {
	trial.Player
	count atomic.Int64
	after func(played int64, r *trial.Result)
}

func (p *playing) Play(ctx context.Context, t trial.Trial) trial.Result {
	r := p.Player.Play(ctx, t)
	if n := p.count.Add(1); p.after != nil {
		p.after(n, &r)
	}
	return r
}

// inProcess is a player of this process.
func inProcess(t *testing.T) trial.Player {
	t.Helper()
	p, _, end, err := trial.Series{Version: "v1"}.Player(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return p
}

// play returns the lines of all results, in the order in which they come.
func play(t *testing.T, ctx context.Context, trials []trial.Trial, o Options) (lines []string, err error) {
	t.Helper()
	o.Version, o.Jobs = "v1", max(o.Jobs, 1)
	last := -1
	err = Play(ctx, trials, o, func(i int, r Result) {
		if i <= last {
			t.Errorf("result %d came after result %d", i, last)
		}
		last = i
		lines = append(lines, fmt.Sprint(i, " ", r.Job, " ", r.Digest(), " ", r.Verdict, " ", len(r.Figures)))
	})
	return lines, err
}

// TestPlay: results come in the order of the trials, whether a journal had them
// or not, and however often the work was interrupted.
func TestPlay(t *testing.T) {
	trials := sweep(source(t, quick), 5)
	trials = append(trials, trials[3]) // once more
	want, err := play(t, t.Context(), trials, Options{Player: inProcess(t)})
	if err != nil || len(want) != 11 || want[10][len("10 "):] != want[3][len("3 "):] || !strings.Contains(want[0], " passed ") {
		t.Fatalf("got %q, %v", want, err)
	}
	folder, played := filepath.Join(t.TempDir(), "journal"), int64(0)
	for n := 0; ; n++ {
		j, err := Open(folder, planOf(t, trials), false)
		if err != nil {
			t.Fatal(err)
		}
		before := j.Count()
		ctx, cancel := context.WithCancel(t.Context())
		p := &playing{Player: inProcess(t), after: func(played int64, _ *trial.Result) {
			if played == 4 {
				cancel()
			}
		}}
		got, err := play(t, ctx, trials, Options{Player: p, Journal: j, Jobs: 1 + n})
		cancel()
		played += p.count.Load()
		if after := j.Count(); err != nil && after <= before {
			t.Fatalf("part %d: no progress: %d results, then %d", n, before, after)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if err == nil {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-at once +in %d parts):\n%s", n+1, diff)
			}
			break
		}
		if !errors.Is(err, context.Canceled) || !slices.Equal(got, want[:len(got)]) {
			t.Fatalf("part %d: got %q, %v", n, got, err)
		}
	}
	if played < 10 || played > 10+4*3 { // the ones that were playing when a context ended come again
		t.Errorf("played %d trials, want 10 and few of them again", played)
	}
}

// TestPlayRefuses: a file that changes while it is played, and a journal that
// cannot be written to, end the work. What the machine prevents is tried again
// and not kept.
func TestPlayRefuses(t *testing.T) {
	trials := sweep(source(t, quick), 2)
	changed := &playing{Player: inProcess(t), after: func(played int64, r *trial.Result) { r.Brief.Text = fmt.Sprint(played) }}
	if got, err := play(t, t.Context(), trials, Options{Player: changed}); !errors.Is(err, ErrChanged) || len(got) != 0 {
		t.Errorf("a changed file: got %q, %v", got, err)
	}
	j, err := Open(t.TempDir(), planOf(t, trials), false)
	if err != nil {
		t.Fatal(err)
	}
	prevented := &playing{Player: inProcess(t), after: func(played int64, r *trial.Result) {
		if played <= attempts {
			*r = trial.Result{Blame: trial.BlameMachine}
		}
	}}
	got, err := play(t, t.Context(), trials, Options{Player: prevented, Journal: j})
	if err != nil || len(got) != 4 || !strings.Contains(got[0], " error ") || strings.Contains(got[1], " error ") || prevented.count.Load() != 4+attempts-1 || j.Count() != 3 {
		t.Errorf("prevented: got %q after %d plays, %v, and keeps %d", got, prevented.count.Load(), err, j.Count())
	}
	j.file.Close()
	again := append(sweep(source(t, quick+"  - moves: 1\n"), 1), trials...)
	if _, err := play(t, t.Context(), again, Options{Player: inProcess(t), Journal: j}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a journal that cannot be written to: got %v", err)
	}
}

// TestShards: each job is in one shard, all together give what one call gives,
// and shards are of about equal size.
func TestShards(t *testing.T) {
	trials := sweep(source(t, quick), 6)
	want, err := play(t, t.Context(), trials, Options{Player: inProcess(t)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for number := 1; number <= 3; number++ {
		lines, err := play(t, t.Context(), trials, Options{Player: inProcess(t), Shard: Shard{number, 3}})
		if err != nil || len(lines) == len(want) {
			t.Errorf("shard %d: got %d of %d results, %v", number, len(lines), len(want), err)
		}
		got = append(got, lines...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-whole +shards):\n%s", diff)
	}
	sizes := map[int]int{}
	for seed := range uint64(1600) {
		sizes[Shard{Of: 16}.Place(Job{Seed: seed}.Digest())]++
	}
	for number := 1; number <= 16; number++ { // 100 each, standard deviation 9.7: six of them
		if sizes[number] < 42 || sizes[number] > 158 {
			t.Errorf("shard %d has %d of 1600 jobs", number, sizes[number])
		}
	}
	for _, text := range []string{"", "3", "0/2", "3/2", "1/0", "a/2", "1/257", "1/2/3"} {
		if got, err := ParseShard(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	if got, err := ParseShard("3/16"); err != nil || got.String() != "3/16" {
		t.Errorf("got %v, %v", got, err)
	}
}
