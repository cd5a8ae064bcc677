package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestSidesTakeTurns: the side that is measured first alternates, and a row
// with a limit on rounds is not measured more often.
func TestSidesTakeTurns(t *testing.T) {
	order := ""
	side := func(name string, figure float64) func() (float64, error) {
		return func() (float64, error) { order += name; return figure, nil }
	}
	r := row{ours: side("o", 3), theirs: side("t", 2), rounds: 3}
	for range 5 {
		if err := r.measure(); err != nil {
			t.Fatal(err)
		}
	}
	if order != "tootto" || len(r.figures) != 3 || median(r.figures) != 1.5 {
		t.Errorf("got order %s and figures %v, want tootto and 3 of 1.5", order, r.figures)
	}
}

// TestRowFails: an error of either side is an error of the row, but if a
// yardstick is not installed the row is omitted.
func TestRowFails(t *testing.T) {
	broken, absent := errors.New("broken"), fmt.Errorf("%w: ns-3", errAbsent)
	good := func() (float64, error) { return 1, nil }
	bad := func(err error) func() (float64, error) { return func() (float64, error) { return 0, err } }
	for _, r := range []row{{ours: bad(broken)}, {ours: good, theirs: bad(broken)}} {
		if err := r.measure(); !errors.Is(err, broken) || r.absent != nil {
			t.Errorf("got %v, absent %v, want the error", err, r.absent)
		}
	}
	r := row{ours: good, theirs: bad(absent)}
	if err := r.measure(); err != nil || r.absent == nil || len(r.figures) != 0 {
		t.Errorf("got %v, absent %v, want the row omitted", err, r.absent)
	}
}

// TestBars: bars above and below, and no bar.
func TestBars(t *testing.T) {
	for _, tc := range []struct {
		r    row
		want bool
	}{
		{row{bar: 2, figures: []float64{2}}, true},
		{row{bar: 2, figures: []float64{1.9}}, false},
		{row{bar: 2, below: true, figures: []float64{1.9}}, true},
		{row{bar: 2, below: true, figures: []float64{2}}, false},
		{row{figures: []float64{0}}, true},
	} {
		if got := tc.r.passed(); got != tc.want {
			t.Errorf("bar %v, below %t, figures %v: got %t", tc.r.bar, tc.r.below, tc.r.figures, got)
		}
	}
}

// TestDiffer: values that both have must be equal, at any depth; those that
// only one has, and times of the wall, may not be there or differ.
func TestDiffer(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{`{"x": [1, {"y": "z"}]}`, `{"x": [1, {"y": "z"}]}`, ""},
		{`{"x": 1, "wall": "2s"}`, `{"x": 1, "wall": "3s", "new": 4}`, ""},
		{`{"x": [1, {"y": "z"}]}`, `{"x": [1, {"y": "Z"}]}`, ".x[1].y: z and Z"},
		{`{"x": [1, 2]}`, `{"x": [1]}`, ".x"},
		{`{"x": {}}`, `{"x": []}`, ".x"},
		{`{"x": []}`, `{"x": 1}`, ".x"},
		{`{"x": false}`, `{"x": null}`, ".x: false and <nil>"},
	} {
		var a, b any
		if err := errors.Join(json.Unmarshal([]byte(c.a), &a), json.Unmarshal([]byte(c.b), &b)); err != nil {
			t.Fatal(err)
		}
		if got := differ("", a, b); got != c.want {
			t.Errorf("%s and %s: got %q, want %q", c.a, c.b, got, c.want)
		}
	}
}

// TestNoFirstCommit: without the repository, or the commit, the rows are left
// out with a sentence.
func TestNoFirstCommit(t *testing.T) {
	t.Setenv("GIT_CEILING_DIRECTORIES", filepath.Dir(t.TempDir()))
	for _, r := range sweepRows(sides{root: filepath.Join(t.TempDir(), "bench"), bin: t.TempDir()}) {
		if err := r.measure(); err != nil || !errors.Is(r.absent, errAbsent) || !strings.Contains(r.absent.Error(), firstCommit) {
			t.Errorf("%s: got %v, absent %v, want the row omitted", r.what, err, r.absent)
		}
	}
}

// TestFigureOf: a figure of a Go benchmark is found by its unit.
func TestFigureOf(t *testing.T) {
	const out = "goos: linux\nBenchmarkRoute/forwarded \t 3987121\t       301.2 ns/op\t         3.320 M/s\t       0 B/op\n" +
		"BenchmarkRoute/forwarded-again\t 1\t 1 M/s\nPASS\n"
	if got, err := figureOf(out, "BenchmarkRoute/forwarded", "M/s"); got != 3.32 || err != nil {
		t.Errorf("got %v, %v, want 3.32", got, err)
	}
	for _, c := range [][2]string{{"BenchmarkRoute/forwarded", "B/entry"}, {"BenchmarkRoute", "M/s"}} {
		if _, err := figureOf(out, c[0], c[1]); !errors.Is(err, errFigure) {
			t.Errorf("%v: got error %v, want %v", c, err, errFigure)
		}
	}
}
