package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
)

// Setting is a value, written as in a file, for everything at a path.
type Setting struct {
	Path  string `json:"path"` // keys joined by dots; * stands for all names: see Scenario.With
	Value string `json:"value"`
}

// String returns the setting as ParseSetting reads it.
func (x Setting) String() string { return x.Path + "=" + x.Value }

// ParseSetting reads PATH=VALUE.
func ParseSetting(text string) (Setting, error) {
	path, value, found := strings.Cut(text, "=")
	if !found || path == "" || value == "" {
		return Setting{}, fmt.Errorf("got %q, want PATH=VALUE, such as nodes.*.standby.lan.hold=6s", text)
	}
	return Setting{path, value}, nil
}

// SettingsText names settings in one word, such as hold=6s,hello=2s: each by
// the shortest end of its path that no other one has.
func SettingsText(settings []Setting) string {
	var axes Variants
	for _, x := range settings {
		axes = append(axes, Axis{Path: x.Path})
	}
	var words []string
	for i, x := range settings {
		words = append(words, axes.short(i)+"="+x.Value)
	}
	return strings.Join(words, ",")
}

// With returns a copy of the scenario with everything at the paths set to the
// values, in their order, and remembers them in Settings. A path is keys joined
// by dots, such as duration or nodes.a.standby.lan.priority; * stands for all
// names under which the path exists. The error is *Invalid, with all problems,
// if a path does not exist, comes twice, or if the copy cannot run.
func (s *Scenario) With(settings []Setting) (*Scenario, error) {
	changed := form.Clone(*s)
	changed.expanded = nil
	changed.Settings = append(slices.Clip(s.Settings), settings...)
	invalid := &Invalid{File: s.Name}
	for i, x := range settings {
		if slices.ContainsFunc(settings[:i], func(other Setting) bool { return other.Path == x.Path }) {
			invalid.Problems = append(invalid.Problems, form.Problem{Path: x.Path, Message: "the path is set twice"})
			continue
		}
		invalid.Problems = append(invalid.Problems, s.format().Set(&changed, x.Path, x.Value)...)
		switch key, _, _ := strings.Cut(x.Path, "."); key { // it is not what the file says any more
		case "timeline":
			changed.faultPlaces = nil
		case "expect":
			changed.expectPlaces = nil
		}
	}
	if len(invalid.Problems) > 0 {
		return nil, invalid
	}
	if err := changed.Validate(); err != nil {
		return nil, err
	}
	return &changed, nil
}

// Later returns a copy of the scenario in which all faults come later by some
// time, as the run does that ends, and remembers it in Phase. The rest of the
// cluster keeps its instants, so hellos, checks and requests stand in another
// phase to the faults. Expectations follow: see [expect.Moved].
func (s *Scenario) Later(phase time.Duration) (*Scenario, error) {
	if err := s.canMove(phase); err != nil {
		return nil, err
	}
	changed := form.Clone(*s)
	changed.move(phase)
	if err := changed.Validate(); err != nil {
		return nil, err
	}
	return &changed, nil
}

// canMove says why the faults of the scenario cannot come later by some time.
func (s *Scenario) canMove(phase time.Duration) error {
	switch {
	case phase < 0:
		return &Invalid{File: s.Name, Problems: []form.Problem{{Path: "timeline", Message: fmt.Sprintf("got a phase of %v, want 0 or more", phase)}}}
	case phase > 0 && len(s.Timeline) == 0:
		return &Invalid{File: s.Name, Problems: []form.Problem{{Path: "timeline", Message: "there is no fault that a phase could move"}}}
	case len(s.Variants) > 0:
		return fmt.Errorf("scenarios: %s: %w: move each that Expand returns", s.Name, ErrVariants)
	}
	return nil
}

// move moves all faults. It changes the items of Timeline and Expect.
func (s *Scenario) move(phase time.Duration) {
	first := s.End()
	for _, step := range s.Timeline {
		first = min(first, step.At)
	}
	s.Phase += phase
	s.Duration += phase
	for i := range s.Timeline {
		s.Timeline[i].At += phase
	}
	for i, x := range s.Expect {
		s.Expect[i] = expect.Moved(x, first, phase)
	}
}
