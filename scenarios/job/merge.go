package job

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/trial"
)

// Agree returns an error that is ErrRandom if two results of one job differ.
// In real time they may.
func Agree(a, b Result) error {
	if a.Job != b.Job || a.World != trial.Virtual || a.Digest() == b.Digest() || !a.Final() || !b.Final() {
		return nil
	}
	return fmt.Errorf("%w: job %.12s: digests %s and %s (%s, %s)", ErrRandom, a.Job, a.Run, b.Run, a.Verdict, b.Verdict)
}

// Merged is what several journals of one plan have together.
type Merged struct {
	Plan    Plan           // its shard is zero
	Folders map[Digest]int // by job: the number of the folder that has its result
	results map[Digest]Result
}

// Result returns the result of a job, if any folder has it.
func (m *Merged) Result(d Digest) (Result, bool) {
	r, known := m.results[d]
	return r, known
}

// Count is how many jobs have results.
func (m *Merged) Count() int { return len(m.results) }

// Merge reads journals of one plan. A result that several have counts once; if
// they differ, the error is ErrRandom. Journals that a process is writing to
// are read as far as they are.
func Merge(folders []string) (*Merged, error) {
	m := &Merged{Folders: map[Digest]int{}, results: map[Digest]Result{}}
	for i, folder := range folders {
		j, err := read(folder)
		if err != nil {
			return nil, fmt.Errorf("job: merge: %s: %w", folder, err)
		}
		plan := j.Plan
		plan.Shard = Shard{}
		if i == 0 {
			m.Plan = plan
		} else if err := m.Plan.same(plan); err != nil {
			return nil, fmt.Errorf("job: merge: %s and %s: %w", folders[0], folder, err)
		}
		for _, d := range j.order {
			r := j.known[d]
			first, known := m.results[d]
			if err := Agree(first, r); known && err != nil {
				return nil, fmt.Errorf("job: merge: %s and %s: %w", folders[m.Folders[d]], folder, err)
			}
			if !known || !first.Final() && r.Final() {
				m.results[d], m.Folders[d] = r, i
			}
		}
	}
	return m, nil
}

// read reads a journal without locking it.
func read(folder string) (*Journal, error) {
	plan, err := readPlan(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no %s: it is not a folder of --out with --shard, nor of a sweep or a hunt", PlanFile)
	} else if err != nil {
		return nil, err
	}
	j := &Journal{Plan: plan, path: folder, known: map[Digest]Result{}}
	text, err := os.ReadFile(filepath.Join(folder, ResultsFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return j, j.parse(text[:bytes.LastIndexByte(text, '\n')+1])
}

// Missing says in words which jobs of the plan have no result, given the shards
// of the folders; empty if all have one.
func (m *Merged) Missing(folders []string) (string, error) {
	jobs, err := m.Plan.Jobs()
	if err != nil {
		return "", err
	}
	var shards []Shard
	for _, folder := range folders {
		plan, err := readPlan(folder)
		if err != nil {
			return "", err
		}
		shards = append(shards, plan.Shard)
	}
	of := shardsOf(shards)
	missing := map[int][]Job{} // by number of the shard
	counted := map[Digest]bool{}
	for _, j := range jobs {
		d := j.Digest()
		if _, known := m.results[d]; !known && !counted[d] {
			number := 1
			if of > 1 {
				number = Shard{Of: of}.Place(d)
			}
			missing[number] = append(missing[number], j)
		}
		counted[d] = true
	}
	var lines []string
	for number := 1; number <= max(of, 1); number++ {
		if lost := missing[number]; len(lost) > 0 {
			there := slices.Contains(shards, Shard{number, of}) || of == 0
			lines = append(lines, missingText(Shard{number, of}, there, lost, len(counted)))
		}
	}
	return strings.Join(lines, "\n"), nil
}

// shardsOf is how many shards the plan was divided into; 0 if the folders
// disagree, or have all of it.
func shardsOf(shards []Shard) int {
	for _, s := range shards[1:] {
		if s.Of != shards[0].Of {
			return 0
		}
	}
	return shards[0].Of
}

func missingText(s Shard, there bool, lost []Job, all int) string {
	runs := fmt.Sprintf("%d of %d runs", len(lost), all)
	switch {
	case s.Of == 0:
		return fmt.Sprintf("%s are missing, such as %s", runs, lost[0].Title())
	case there:
		return fmt.Sprintf("shard %s has not ended: %s are missing, such as %s", s, runs, lost[0].Title())
	}
	return fmt.Sprintf("shard %s is missing: %s", s, runs)
}
