package scenarios

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
)

// Load reads a scenario from a file, which may use the project's expectations
// and the caller's own kinds. The error is *Invalid if the file can be read but
// not run.
func Load(path string, own ...expect.Kind) (*Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("scenario: %s is not a regular file", path)
	}
	if info.Size() > form.SizeMax {
		return nil, fmt.Errorf("scenario: %s: %w: got %d bytes, want at most %d", path, ErrInvalid, info.Size(), form.SizeMax)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return Parse(path, data, own...)
}

// Stdin is what errors call standard input.
const Stdin = "<stdin>"

// Read reads a scenario from standard input to its end, as Load does from a
// file, and returns the text as well. A scenario without a name is called
// stdin.
func Read(stdin io.Reader, own ...expect.Kind) (*Scenario, []byte, error) {
	text, err := io.ReadAll(io.LimitReader(stdin, form.SizeMax+1))
	if err != nil {
		return nil, nil, fmt.Errorf("scenario: %s: %w", Stdin, err)
	}
	s, err := Parse(Stdin, text, own...)
	return s, text, err
}

// Parse reads a scenario from the content of a file; errors call the file name.
// A scenario without a name gets the name of the file. The error is *Invalid
// with all problems, or that of [expect.With].
func Parse(name string, data []byte, own ...expect.Kind) (*Scenario, error) {
	kinds, err := expect.With(own...)
	if err != nil {
		return nil, fmt.Errorf("scenario: %s: %w", name, err)
	}
	s := &Scenario{Seed: 1, kinds: kinds}
	d, done := formatWith(kinds).Decode(data, s)
	if done {
		s.file, s.text = name, fmt.Sprintf("%x", sha256.Sum256(data))
		s.Name = cmp.Or(s.Name, strings.TrimSuffix(filepath.Base(strings.Trim(name, "<>")), filepath.Ext(name)))
		s.orderNodes(d)
		s.review(d)
	}
	if problems := d.Problems(); len(problems) > 0 {
		return nil, &Invalid{File: name, Problems: problems, More: d.More()}
	}
	s.findPrograms(d)
	s.findFaults(d)
	s.findExpectations(d)
	return s, nil
}

// review checks the values together, and makes the variants.
func (s *Scenario) review(d *form.Decoder) {
	unread := slices.Clone(d.Problems())
	s.Warnings, s.expanded = nil, nil
	if len(s.Variants) > 0 {
		s.expand(d, unread)
		return
	}
	s.report(d, unread)
}

// report adds the problems of the values at their places in the file. It skips
// values that could not be read, and what refers to them.
func (s *Scenario) report(d *form.Decoder, unread []form.Problem) {
	without := func(path string) bool {
		return slices.ContainsFunc(unread, func(u form.Problem) bool { return u.Path == path || u.Path == "" })
	}
	if without("nodes") || without("segments") {
		return
	}
	timeline := slices.ContainsFunc(unread, func(u form.Problem) bool { return related(u.Path, "timeline") })
	for _, p := range s.problems(!timeline) {
		path := strings.Join(p.Path, ".")
		if slices.ContainsFunc(unread, func(u form.Problem) bool { return related(u.Path, path) }) || timeline && strings.HasSuffix(path, ".after") {
			continue
		}
		if p.Warning {
			s.Warnings = append(s.Warnings, d.ProblemAt(p.Path, p.Message))
			continue
		}
		d.Fail(d.PlaceOfPath(p.Path), p.Path, "%s", p.Message)
	}
}

// related says whether one path is the other or leads to it.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// Validate returns *Invalid with all problems of a scenario that was written
// in Go, or nil. It sets the scenario's warnings.
func (s *Scenario) Validate() error {
	d := s.format().Blank()
	s.review(d)
	if problems := d.Problems(); len(problems) > 0 {
		return &Invalid{File: s.Name, Problems: problems, More: d.More()}
	}
	return nil
}

// IsInvalid returns the problems of an error of Load, Parse or Validate.
func IsInvalid(err error) (*Invalid, bool) {
	var invalid *Invalid
	ok := errors.As(err, &invalid)
	return invalid, ok
}
