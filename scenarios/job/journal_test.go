package job

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/trial"
)

func newResult(j Job) Result {
	return Result{Job: j.Digest(), World: j.World, Run: "abc", Verdict: Passed, Simulated: 5, Figures: figure.Packed{{ID: "outage", Of: "c1", Whole: int64(j.Seed)}}}
}

// seeds are jobs that differ in their seed.
func seeds(n int) (all []Job) {
	for i := range n {
		all = append(all, Job{Name: "x", World: trial.Virtual, Seed: uint64(i + 1), Version: "v1"})
	}
	return all
}

// TestTorn: wherever a process was killed while it wrote the last line, the
// results before it are there, that one is not, and it can be written again.
func TestTorn(t *testing.T) {
	folder, jobs := t.TempDir(), seeds(3)
	plan, err := NewPlan(Run, "v1", "", nil, jobs)
	if err != nil {
		t.Fatal(err)
	}
	write := func(some []Job) *Journal {
		j, err := Open(folder, plan, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range some {
			if err := errors.Join(j.Add(newResult(one)), j.Add(newResult(one))); err != nil { // twice is once
				t.Fatal(err)
			}
		}
		return j
	}
	if err := write(jobs).Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, ResultsFile)
	whole, err := os.ReadFile(path)
	if err != nil || strings.Count(string(whole), "\n") != 3 {
		t.Fatalf("got %v\n%s", err, whole)
	}
	last := strings.LastIndexByte(string(whole[:len(whole)-1]), '\n') + 1
	for size := last; size < len(whole); size++ {
		if err := os.WriteFile(path, whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		j := write(nil)
		if _, known := j.Known(jobs[2].Digest()); known || j.Count() != 2 {
			t.Errorf("%d bytes: got %d results", size, j.Count())
		}
		if r, known := j.Known(jobs[1].Digest()); !known || !cmp.Equal(r, newResult(jobs[1])) {
			t.Errorf("%d bytes: got %+v", size, r)
		}
		j.Close()
		if err := write(jobs).Close(); err != nil {
			t.Fatal(err)
		}
		if again, err := os.ReadFile(path); err != nil || string(again) != string(whole) {
			t.Fatalf("%d bytes: got %v\n%s", size, err, again)
		}
	}
	damaged := strings.Replace(string(whole), "passed", "failed", 1)
	if err := os.WriteFile(path, []byte(damaged), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, plan, false); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), ResultsFile+":1") {
		t.Errorf("a line that was changed: got %v", err)
	}
}

// TestOneWriter: a folder belongs to one plan and one process at a time.
func TestOneWriter(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	plan, _ := NewPlan(Run, "v1", "cablepull run x", nil, seeds(3))
	j, err := Open(folder, plan, false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, plan, true); !errors.Is(err, ErrBusy) {
		t.Errorf("two at once: got %v", err)
	}
	if err := errors.Join(j.Add(newResult(seeds(1)[0])), j.Close()); err != nil {
		t.Fatal(err)
	}
	more, _ := NewPlan(Run, "v1", "", nil, seeds(4))
	asked, _ := NewPlan(Run, "v1", "", 7, seeds(3))
	newer, _ := NewPlan(Run, "v2", "", nil, seeds(3))
	shard := plan
	shard.Shard = Shard{1, 2}
	hunt, _ := NewPlan(Hunt, "v1", "", nil, seeds(3))
	for name, other := range map[string]Plan{"more seeds": more, "asked": asked, "version": newer, "shard": shard, "kind": hunt} {
		if _, err := Open(folder, other, false); !errors.Is(err, ErrOther) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if j, err = Open(folder, plan, false); err != nil || j.Count() != 1 {
		t.Fatalf("the same once more: got %v", err)
	}
	j.Close()
	if j, err = Open(folder, more, true); err != nil || j.Count() != 0 {
		t.Fatalf("another one by force: got %v", err)
	}
	j.Close()
	if err := errors.Join(os.Remove(filepath.Join(folder, PlanFile)), os.WriteFile(filepath.Join(folder, ResultsFile), []byte("mine\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(folder, more, false); !errors.Is(err, ErrOther) {
		t.Errorf("a file of somebody else: got %v", err)
	}
}

// TestFullDisk: what cannot be written is an error of the machine, and stays
// one: nothing is appended to half a line.
func TestFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skip("there is no /dev/full")
	}
	j := &Journal{file: full, known: map[Digest]Result{}}
	if err := j.Add(newResult(seeds(1)[0])); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := j.Flush(); trial.BlameForWriting(err) != trial.BlameMachine {
			t.Errorf("got %v, want an error of the machine", err)
		}
	}
}

// TestDigests: what decides an outcome is in the digest of a job, and where the
// file lies is not. No float reaches that of a result.
func TestDigests(t *testing.T) {
	base := Job{Name: "x", Text: "t", World: trial.Virtual, Version: "v1"}
	seen := map[Digest]bool{}
	for _, other := range []Job{
		base,
		{Name: "y", Text: "t", World: trial.Virtual, Version: "v1"}, {Name: "x", Text: "u", World: trial.Virtual, Version: "v1"},
		{Name: "x", Text: "t", World: trial.Netns, Version: "v1"}, {Name: "x", Text: "t", World: trial.Virtual, Version: "v2"},
		{Name: "x", Text: "t", Variant: "v", World: trial.Virtual, Version: "v1"}, {Name: "x", Text: "t", Phase: 1, World: trial.Virtual, Version: "v1"},
		{Name: "x", Text: "t", Noise: []string{"n"}, World: trial.Virtual, Version: "v1"}, {Name: "x", Text: "t", Seed: 1, World: trial.Virtual, Version: "v1"},
		{Name: "x", Text: "t", Set: []trial.Setting{{Path: "a", Value: "b"}}, World: trial.Virtual, Version: "v1"},
		{Name: "x", Text: "t", Set: []trial.Setting{{Path: "b", Value: "a"}}, World: trial.Virtual, Version: "v1"},
		{Name: "x", Text: "t", Noise: []string{"n@00"}, World: trial.Virtual, Version: "v1"},
	} {
		if d := other.Digest(); seen[d] || len(d) != 64 {
			t.Errorf("%+v: got %s once more", other, d)
		} else {
			seen[d] = true
		}
	}
	base.Word = "elsewhere/x.yaml"
	if !seen[base.Digest()] {
		t.Error("the place of the file is part of the digest")
	}
	// Pinned: journals of one version must fit together, whatever the machine.
	if got, want := (Job{}).Digest(), Digest("3a578140c8fb"); !strings.HasPrefix(string(got), string(want)) {
		t.Errorf("the digest of an empty job is %s, want %s…", got, want)
	}
	r := newResult(base)
	floats := r
	floats.Figures = figure.Packed{{ID: "outage", Of: "c1", Whole: int64(base.Seed), Share: 0.3}}
	floats.Whole, floats.Text = []byte("{}"), "pid 7"
	if r.Digest() != floats.Digest() {
		t.Error("a share, the whole or a text has changed the digest of a result")
	}
	other := r
	other.Figures = figure.Packed{{ID: "outage", Of: "c1", Whole: int64(base.Seed) + 1}}
	if r.Digest() == other.Digest() {
		t.Error("another figure has not changed the digest of a result")
	}
}
