package trial

import (
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unicode"
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
	Variant   string `json:"variant"` // of the scenario; empty if it has none
	Seed      uint64 `json:"seed"`
	World     World  `json:"world"`
	Dir       string `json:"dir"`        // for artefacts; empty: none
	Keep      Keep   `json:"keep"`       // whether it leaves them if it passes
	Verify    bool   `json:"verify"`     // play it twice; different digests are a bug
	Page      bool   `json:"page"`       // draw a page of it if it fails
	Report    bool   `json:"report"`     // draw its part of a page about many runs
	AllowExec bool   `json:"allow_exec"` // a scenario file may run real programs
	Skip      string `json:"skip"`       // why not to play it; empty: play it
	Replay    string `json:"replay"`     // the command that repeats it, for reports
}

// Name distinguishes the trials of a scenario for people.
func (t Trial) Name() string { return t.called(" ", t.Variant) }

// Folder is Name for the file system. All worlds share it.
func (t Trial) Folder() string {
	return t.called("-", strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("=,._-", c) {
			return c
		}
		return '-'
	}, t.Variant))
}

// called joins the parts of the trial's name. Nothing else decides its name.
func (t Trial) called(between, variant string) string {
	words := []string{t.Label()}
	if t.Scenario != nil {
		words[0] = t.Scenario.Name
	}
	if variant != "" {
		words = append(words, variant)
	}
	return strings.Join(append(words, "seed", strconv.FormatUint(t.Seed, 10)), between)
}
