package trial

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSeries: each trial has its result, whoever plays it, and what is skipped
// comes first.
func TestSeries(t *testing.T) {
	passes := write(t, quick)
	trials := []Trial{{Source: passes, Seed: 1}, {Source: passes, Seed: 2}, {Source: passes, Seed: 3, Skip: "no room"}, {Source: passes, Seed: 4}}
	for i := range trials {
		trials[i].World = Virtual
	}
	if diff := cmp.Diff(map[World][]int{Virtual: {0, 1, 3}}, Due(trials)); diff != "" {
		t.Errorf("due (-want +got):\n%s", diff)
	}
	t.Setenv(asWorker, "works")
	var digests [2][]string
	for n, jobs := range []int{1, 2} {
		s := Series{Version: "v1", Stderr: t.Output(), Jobs: func(World) int { return jobs }}
		results, first := make([]Result, len(trials)), -1
		if err := s.Play(t.Context(), trials, func(i int, r Result) {
			if first < 0 {
				first = i
			}
			results[i] = r
		}); err != nil {
			t.Fatal(err)
		}
		if first != 2 || results[2].Report.Skipped != "no room" {
			t.Errorf("%d jobs: got trial %d first, and %q; want that which is skipped", jobs, first, results[2].Report.Skipped)
		}
		for i, r := range results {
			if r.Report.Seed != trials[i].Seed || r.Status() != Passed || (r.Report.Digest == "") != (i == 2) {
				t.Errorf("%d jobs: trial %d: got seed %d, status %d, digest %q (%v)", jobs, i, r.Report.Seed, r.Status(), r.Report.Digest, r.Err)
			}
			digests[n] = append(digests[n], r.Report.Digest)
		}
	}
	if diff := cmp.Diff(digests[0], digests[1]); diff != "" {
		t.Errorf("digests (-one job +two):\n%s", diff)
	}
}

// TestSeriesWithoutWorkers: a trial that no worker plays to its end has a
// result all the same, which says how the workers ended.
func TestSeriesWithoutWorkers(t *testing.T) {
	t.Setenv(asWorker, "dies")
	trials := make([]Trial, 5)
	for i := range trials {
		trials[i] = Trial{Source: write(t, quick), Seed: uint64(i), World: Virtual}
	}
	s := Series{Stderr: io.Discard, Jobs: func(World) int { return 2 }}
	results := map[int]Result{}
	if err := s.Play(t.Context(), trials, func(i int, r Result) { results[i] = r }); err != nil {
		t.Fatal(err)
	}
	for i, tr := range trials {
		r, ok := results[i]
		if !ok || r.Status() != Defect || r.Report.Seed != tr.Seed || strings.Count(r.Report.Error, "worker: ended during the trial: exit status 7") != 2 {
			t.Errorf("trial %d: got %v, seed %d, %q; want a defect and how both ended", i, ok, r.Report.Seed, r.Report.Error)
		}
	}
}

// TestSeriesRefuses: a world that there is not is an error before anything is
// played, and so is a context that has ended.
func TestSeriesRefuses(t *testing.T) {
	s := Series{}
	result := func(i int, r Result) { t.Errorf("trial %d: got a result", i) }
	if err := s.Play(t.Context(), []Trial{{World: Virtual, Skip: "x"}, {World: "moon"}}, result); err == nil || !strings.Contains(err.Error(), `got "moon", want virtual or netns`) {
		t.Errorf("got %v, want the worlds that there are", err)
	}
	if r := (InProcess{}).Play(t.Context(), Trial{Source: write(t, quick), World: "moon"}); r.Blame != BlameBench {
		t.Errorf("got %q (%v), want %q", r.Blame, r.Err, BlameBench)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Play(ctx, []Trial{{Source: write(t, quick), World: Virtual}}, result); BlameFor(err) != BlameSignal {
		t.Errorf("got %v, want the end of the context", err)
	}
}
