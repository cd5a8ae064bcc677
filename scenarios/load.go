package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
)

// Load reads a scenario from a file. The error is *Invalid if the file could be
// read but not run.
func Load(path string) (*Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("scenario: %s is no file", path)
	}
	if info.Size() > sizeMax {
		return nil, fmt.Errorf("scenario: %s: %w: got %d bytes, want at most %d", path, ErrInvalid, info.Size(), sizeMax)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	return Parse(path, data)
}

// Parse reads a scenario from the content of a file; name is what errors call
// it. A scenario without a name of its own is named like the file. The error is
// *Invalid and holds all problems.
func Parse(name string, data []byte) (*Scenario, error) {
	d := newDecoder(data)
	s := &Scenario{Seed: 1}
	root, wrong := parseYAML(data)
	switch {
	case wrong != nil:
		d.fail(wrong.at, nil, "%s", wrong.message)
	case root == nil:
		d.fail(place{1, 1}, nil, "the file is empty, want a mapping with the keys %s", strings.Join(fieldNames(fieldsOf(reflect.TypeFor[Scenario]())), ", "))
	default:
		d.decode(root, reflect.ValueOf(s).Elem(), nil, field{})
		s.Name = cmp.Or(s.Name, strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)))
		if !d.stopped {
			d.judge(s)
		}
	}
	if len(d.problems) > 0 {
		slices.SortStableFunc(d.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return nil, &Invalid{File: name, Problems: d.problems}
	}
	s.findPrograms(d)
	return s, nil
}

// judge adds the problems of what the values mean, at the places where they
// stand. What could not be read is not judged again, nor what refers to it.
func (d *decoder) judge(s *Scenario) {
	unread := d.problems
	without := func(path string) bool {
		return slices.ContainsFunc(unread, func(u Problem) bool { return u.Path == path || u.Path == "" })
	}
	if without("nodes") || without("segments") {
		return
	}
	timeline := slices.ContainsFunc(unread, func(u Problem) bool { return related(u.Path, "timeline") })
	for _, p := range s.problems() {
		path := strings.Join(p.Path, ".")
		if slices.ContainsFunc(unread, func(u Problem) bool { return related(u.Path, path) }) || timeline && strings.HasSuffix(path, ".after") {
			continue
		}
		at := d.nearestPlace(p.Path)
		if p.Warning {
			s.Warnings = append(s.Warnings, Problem{path, at.line, at.column, excerpt(d.lines, at), p.Message})
			continue
		}
		d.fail(at, p.Path, "%s", p.Message)
	}
}

// related says whether one path is the other or leads to it.
func related(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

// nearestPlace is where the value of a path stands, or what contains it.
func (d *decoder) nearestPlace(path []string) place {
	for n := len(path); n > 0; n-- {
		if at, known := d.places[strings.Join(path[:n], ".")]; known {
			return at
		}
	}
	return place{1, 1}
}

// Validate returns *Invalid with all problems of a scenario that was written
// in Go, or nil. It sets the scenario's warnings.
func (s *Scenario) Validate() error {
	invalid := &Invalid{File: s.Name}
	s.Warnings = nil
	for _, p := range s.problems() {
		problem := Problem{Path: strings.Join(p.Path, "."), Message: p.Message}
		if p.Warning {
			s.Warnings = append(s.Warnings, problem)
		} else {
			invalid.Problems = append(invalid.Problems, problem)
		}
	}
	if len(invalid.Problems) > 0 {
		return invalid
	}
	return nil
}

// IsInvalid returns the problems of an error of Load, Parse or Validate.
func IsInvalid(err error) (*Invalid, bool) {
	var invalid *Invalid
	ok := errors.As(err, &invalid)
	return invalid, ok
}
