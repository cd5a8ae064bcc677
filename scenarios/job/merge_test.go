package job

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// journal writes results of a shard of a plan to a folder.
func journal(t *testing.T, plan Plan, s Shard, results ...Result) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "shard")
	plan.Shard = s
	j, err := Open(folder, plan, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		if err := j.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestMerge: shards in any order are the plan again; what is missing is said,
// other plans are refused, duplicates count once, and two results of one job
// are a bug.
func TestMerge(t *testing.T) {
	jobs := seeds(8)
	plan, err := NewPlan(Run, "v1", "", nil, jobs)
	if err != nil {
		t.Fatal(err)
	}
	parts := map[int][]Result{}
	for _, j := range jobs {
		number := Shard{Of: 2}.Place(j.Digest())
		parts[number] = append(parts[number], newResult(j))
	}
	if len(parts[1]) < 2 || len(parts[2]) < 2 {
		t.Fatalf("got shards of %d and %d jobs: choose other seeds", len(parts[1]), len(parts[2]))
	}
	one, two := journal(t, plan, Shard{1, 2}, parts[1]...), journal(t, plan, Shard{2, 2}, parts[2]...)
	half := journal(t, plan, Shard{2, 2}, parts[2][1:]...)
	for _, c := range []struct {
		folders []string
		count   int
		missing string
	}{
		{[]string{one, two}, 8, ""}, {[]string{two, one, two}, 8, ""},
		{[]string{one}, len(parts[1]), "shard 2/2 is missing: "},
		{[]string{half, one}, 7, "shard 2/2 has not ended: 1 of 8 runs are missing, such as x seed "},
		{[]string{journal(t, plan, Shard{}, parts[1]...)}, len(parts[1]), "of 8 runs are missing, such as x seed "},
	} {
		m, err := Merge(c.folders)
		if err != nil {
			t.Fatal(err)
		}
		missing, err := m.Missing(c.folders)
		if err != nil || m.Count() != c.count || (missing == "") != (c.missing == "") || !strings.Contains(missing, c.missing) {
			t.Errorf("got %d results, %q, %v, want %d, %q", m.Count(), missing, err, c.count, c.missing)
		}
		if m.Plan.Digest() != plan.Digest() || m.Plan.Shard != (Shard{}) {
			t.Errorf("got the plan %+v", m.Plan)
		}
	}
	other, _ := NewPlan(Run, "v1", "", nil, seeds(9))
	if _, err := Merge([]string{one, journal(t, other, Shard{2, 2})}); !errors.Is(err, ErrOther) {
		t.Errorf("another plan: got %v", err)
	}
	if _, err := Merge([]string{t.TempDir()}); err == nil || !strings.Contains(err.Error(), "no plan.json") {
		t.Errorf("no journal: got %v", err)
	}
	changed := parts[1][0]
	changed.Run = "abd"
	if _, err := Merge([]string{one, journal(t, plan, Shard{}, changed)}); !errors.Is(err, ErrRandom) {
		t.Errorf("two results of one job: got %v", err)
	}
	prevented := Result{Job: changed.Job, World: trial.Virtual, Verdict: Error, Blame: trial.BlameMachine}
	for _, folders := range [][]string{{one, journal(t, plan, Shard{}, prevented)}, {journal(t, plan, Shard{}, prevented), one}} {
		m, err := Merge(folders)
		if err != nil {
			t.Fatal(err)
		}
		if r, _ := m.Result(changed.Job); r.Verdict != Passed {
			t.Errorf("a result in place of none: got %+v", r)
		}
	}
}

// TestPlanHasItsJobs: a plan gives the jobs back that it was made of, with
// phases and the largest seed.
func TestPlanHasItsJobs(t *testing.T) {
	jobs := append(seeds(3), Job{Name: "x", World: trial.Virtual, Version: "v1", Seed: 1<<64 - 1, Phase: 1234567}, Job{Name: "y", Set: []trial.Setting{{Path: "a", Value: "b"}}})
	plan, err := NewPlan(Sweep, "v1", "", nil, jobs)
	if err != nil || len(plan.Points) != 2 {
		t.Fatalf("got %d points, %v", len(plan.Points), err)
	}
	folder := journal(t, plan, Shard{})
	again, err := readPlan(folder)
	if err != nil || again.Digest() != plan.Digest() {
		t.Fatalf("got %+v, %v", again, err)
	}
	got, err := again.Jobs()
	if err != nil || len(got) != len(jobs) {
		t.Fatalf("got %d jobs, %v", len(got), err)
	}
	for i, j := range got {
		if j.Digest() != jobs[i].Digest() {
			t.Errorf("job %d: got %+v, want %+v", i, j, jobs[i])
		}
	}
}
