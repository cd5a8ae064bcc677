package trial

import (
	"crypto/sha256"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/cablepull/cablepull/scenarios"
)

// World is where a scenario is played.
type World string

// The worlds.
const (
	Virtual World = "virtual" // virtual time, in one process
	Netns   World = "netns"   // real time, on Linux network namespaces
)

// AllWorlds lists the worlds in the order in which their trials are played.
var AllWorlds = []World{Virtual, Netns}

// check fails for a world that does not exist.
func (w World) check() error {
	if !slices.Contains(AllWorlds, w) {
		return fmt.Errorf("trial: world: got %q, want %s or %s", string(w), Virtual, Netns)
	}
	return nil
}

// Jobs is how many trials are best played in parallel in a world. In virtual
// time each takes a whole processor; in real time about a fortieth of one.
func (w World) Jobs() int {
	if w == Netns {
		return 4 * runtime.NumCPU()
	}
	return 1
}

// Keep says which trials leave artefacts, if they have a directory.
type Keep string

// The values of Keep.
const (
	KeepAll      Keep = "all" // also the zero value
	KeepFailures Keep = "failures"
)

// Trial is one run to make: everything that decides its outcome. A worker
// process gets its JSON form.
type Trial struct {
	Source
	Variant string `json:"variant"` // of the scenario; empty if it has none
	// Set is what to set in the variant, and Phase by how much its faults come
	// later: see scenarios.Scenario.With and Later.
	Set       []Setting     `json:"set,omitempty"`
	Phase     time.Duration `json:"phase,omitempty"`
	Noise     []Noise       `json:"noise,omitempty"` // what disturbs it, in virtual time
	Seed      uint64        `json:"seed"`
	World     World         `json:"world"`
	Dir       string        `json:"dir"`        // for artefacts; empty: none
	Keep      Keep          `json:"keep"`       // whether it leaves them if it passes
	Verify    bool          `json:"verify"`     // play it twice; different digests are a bug
	Page      bool          `json:"page"`       // draw a page of it if it fails
	Report    bool          `json:"report"`     // draw its part of a page about many runs
	Brief     bool          `json:"brief"`      // a worker returns a Brief, and no report
	Line      bool          `json:"line"`       // a worker returns only the line of a table, unless it fails
	AllowExec bool          `json:"allow_exec"` // a scenario file may run real programs
	Skip      string        `json:"skip"`       // why not to play it; empty: play it
	Replay    string        `json:"replay"`     // the command that repeats it, for reports

	ready *scenarios.Ready // of its scenario, if that was made ready
}

// Setting is a value for everything at a path of a scenario.
type Setting = scenarios.Setting

// Point says in one word where a trial stands among those of its scenario,
// whatever their seeds: its variant, settings, phase and noise, such as
// profile=ios,hold=6s,phase=250ms,noise=quiet. It is empty if it has none of
// them.
func (t Trial) Point() string {
	var words []string
	if t.Variant != "" {
		words = append(words, t.Variant)
	}
	if len(t.Set) > 0 {
		words = append(words, scenarios.SettingsText(t.Set))
	}
	if t.Phase != 0 {
		words = append(words, "phase="+t.Phase.String())
	}
	if len(t.Noise) > 0 {
		words = append(words, "noise="+noiseNames(t.Noise))
	}
	return strings.Join(words, ",")
}

// Name distinguishes the trials of a scenario for people.
func (t Trial) Name() string { return t.called(" ", t.Point()) }

// pointMax bounds the name of a folder, which no file system takes if it is
// longer than 255 bytes.
const pointMax = 160

// Folder is Name for the file system. All worlds share it.
func (t Trial) Folder() string {
	point := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("=,._-", c) {
			return c
		}
		return '-'
	}, t.Point())
	if len(point) > pointMax {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(t.Point())))
		point = strings.ToValidUTF8(point[:pointMax], "") + "-" + sum[:8]
	}
	return t.called("-", point)
}

// called joins the parts of the trial's name. Nothing else decides its name.
func (t Trial) called(between, point string) string {
	words := []string{t.Label()}
	if t.Scenario != nil {
		words[0] = t.Scenario.Name
	}
	if point != "" {
		words = append(words, point)
	}
	return strings.Join(append(words, "seed", strconv.FormatUint(t.Seed, 10)), between)
}

// Prepare gives the trial its scenario: its variant with what it sets, moved by
// its phase. It opens the source if that is not open yet. What has been
// prepared before for the same point stays as it is, so that many seeds share
// it.
func (t *Trial) Prepare() error {
	if t.Scenario == nil {
		s, err := t.Source.again()
		if err != nil {
			return err
		}
		t.Source = s
	}
	s, err := t.Scenario.Pick(t.Variant)
	if err != nil {
		return err
	}
	switch {
	case slices.Equal(s.Settings, t.Set) && s.Phase == t.Phase:
	case len(s.Settings) > 0 || s.Phase != 0:
		return fmt.Errorf("trial: %s: its scenario has other settings: %s and a phase of %v", t.Name(), scenarios.SettingsText(s.Settings), s.Phase)
	default:
		if s, err = at(s, t.Set, t.Phase); err != nil {
			return err
		}
	}
	t.Scenario = s
	return t.FitsNoise()
}

// made returns the scenario of a prepared trial, ready to be played.
func (t Trial) made() *scenarios.Ready {
	if t.ready != nil && t.ready.Scenario() == t.Scenario {
		return t.ready
	}
	return t.Scenario.Ready()
}

// at returns a scenario with settings and a phase.
func at(s *scenarios.Scenario, set []Setting, phase time.Duration) (*scenarios.Scenario, error) {
	var err error
	if len(set) > 0 {
		if s, err = s.With(set); err != nil {
			return nil, err
		}
	}
	if phase != 0 {
		return s.Later(phase)
	}
	return s, nil
}
