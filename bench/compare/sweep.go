package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// firstCommit is the commit whose trials the sweep must beat: the last one
// before sweeps had workers that do nothing but play.
const firstCommit = "e5221fe"

// sweepRows are the comparisons of whole commands that play many trials, in
// trials per second of real time.
func sweepRows(s sides) []*row {
	w := &sweeps{sides: s}
	return []*row{
		{
			what: "cable-pull trials, 2 workers, against " + firstCommit, bar: 2, unit: "x",
			ours: w.rate("", 2), theirs: w.rate(firstCommit, 2),
		},
		{
			what: "cable-pull trials, 2 workers against 1", bar: 1.7, unit: "x",
			ours: w.rate("", 2), theirs: w.rate("", 1),
		},
	}
}

// sweeps measures sweeps of the scenario as it was in the first commit, so that
// all commits play the same. Each sweep must come to the same figures.
type sweeps struct {
	sides
	figures any    // of the first sweep
	of      string // which that was
}

// rate returns a measurement: how many trials per second the command of a
// commit plays with so many workers. The empty commit is the working tree.
func (w *sweeps) rate(commit string, workers int) func() (float64, error) {
	return func() (float64, error) {
		scenario, err := w.scenario()
		if err != nil {
			return 0, err
		}
		program, err := w.program(commit)
		if err != nil {
			return 0, err
		}
		const trials = 200
		cmd := exec.Command(program, "run", scenario, "--seeds", fmt.Sprintf("1..%d", trials), "--jobs", strconv.Itoa(workers), "--json")
		start := time.Now()
		out, err := output(cmd)
		took := time.Since(start)
		if err != nil {
			return 0, err
		}
		if err := w.check(fmt.Sprintf("%s with %d workers", filepath.Base(program), workers), out); err != nil {
			return 0, err
		}
		return trials / took.Seconds(), nil
	}
}

// check compares the figures of a sweep with those of the first one.
func (w *sweeps) check(of, text string) error {
	var figures any
	if err := json.Unmarshal([]byte(text), &figures); err != nil {
		return fmt.Errorf("%s: %w", of, err)
	}
	if w.figures == nil {
		w.figures, w.of = figures, of
	}
	if where := differ("", w.figures, figures); where != "" {
		return fmt.Errorf("%s and %s: figures differ: %s", w.of, of, where)
	}
	return nil
}

// otherFigures are the members of run.json that may differ between two sweeps:
// what says when, by which binary and in how much time it ran, how the digest
// is written, and sentences.
var otherFigures = []string{"wall", "wall_ns", "version", "replay", "digest", "text", "got"}

// differ returns the path of the first value that differs between two values of
// JSON; empty if there is none. Members that only one of them has are newer
// than the other commit.
func differ(path string, a, b any) string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			return path
		}
		for name, of := range a {
			if other, both := b[name]; both && !slices.Contains(otherFigures, name) {
				if where := differ(path+"."+name, of, other); where != "" {
					return where
				}
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return path
		}
		for i := range a {
			if where := differ(fmt.Sprintf("%s[%d]", path, i), a[i], b[i]); where != "" {
				return where
			}
		}
		return ""
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("%s: %v and %v", path, a, b)
	}
	return ""
}

// scenario returns the path of cable-pull as it was in the first commit.
func (w *sweeps) scenario() (string, error) {
	path := filepath.Join(w.bin, "cable-pull.yaml")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	text, err := w.git("show", firstCommit+":scenarios/incidents/cable-pull.yaml")
	if err != nil {
		return "", err
	}
	return path, os.WriteFile(path, text, 0o644)
}

// program returns the path of the command of a commit, which it builds if it
// has not yet.
func (w *sweeps) program(commit string) (string, error) {
	tree, name := filepath.Dir(filepath.Clean(w.root)), "cablepull"
	if commit != "" {
		name += "-" + commit
	}
	path, err := filepath.Abs(filepath.Join(w.bin, name))
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if commit != "" {
		tree = path + "-tree"
		if err := w.export(commit, tree); err != nil {
			return "", err
		}
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/cablepull")
	build.Dir = tree
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w: %s", name, err, bytes.TrimSpace(said))
	}
	return path, nil
}

// export writes the files of a commit to a folder.
func (w *sweeps) export(commit, folder string) error {
	files, err := w.git("archive", "--format=tar", commit)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	unpack := exec.Command("tar", "-x", "-C", folder)
	unpack.Stdin = bytes.NewReader(files)
	if said, err := unpack.CombinedOutput(); err != nil {
		return fmt.Errorf("unpack %s: %w: %s", commit, err, bytes.TrimSpace(said))
	}
	return nil
}

// git runs git in the working tree. If there is no repository, or it lacks the
// first commit, the yardstick is absent.
func (w *sweeps) git(args ...string) ([]byte, error) {
	run := func(args ...string) ([]byte, error) {
		cmd := exec.Command("git", args...)
		cmd.Dir = filepath.Dir(filepath.Clean(w.root))
		return cmd.Output()
	}
	if _, err := run("cat-file", "-e", firstCommit+"^{commit}"); err != nil {
		return nil, fmt.Errorf("%w: this checkout has no commit %s (git fetch --unshallow gets it)", errAbsent, firstCommit)
	}
	return run(args...)
}
