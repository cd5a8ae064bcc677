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

// AllWorlds are the worlds, in the order in which their trials are played.
var AllWorlds = []World{Virtual, Netns}

// check says what is wrong with a world that is none.
func (w World) check() error {
	if !slices.Contains(AllWorlds, w) {
		return fmt.Errorf("trial: world: got %q, want %s or %s", string(w), Virtual, Netns)
	}
	return nil
}

// Jobs is how many trials in a world are best played side by side. In virtual
// time one takes all of a processor; in real time about a fortieth.
func (w World) Jobs() int {
	if w == Netns {
		return 4 * runtime.NumCPU()
	}
	return 1
}

// Trial is one run to be made: a value that names all that decides how the run
// ends. Its JSON form is what a worker process is given.
type Trial struct {
	Source
	Variant   string `json:"variant"` // of the scenario; empty: it has none
	Seed      uint64 `json:"seed"`
	World     World  `json:"world"`
	Dir       string `json:"dir"`        // for artefacts; empty: none
	Verify    bool   `json:"verify"`     // play it twice; other digests are a defect
	AllowExec bool   `json:"allow_exec"` // a scenario file may run real programs
	Skip      string `json:"skip"`       // why it is not played; empty: it is
	Replay    string `json:"replay"`     // the command that plays it again, for reports
}

// Name tells the trials of a scenario apart, for people.
func (t Trial) Name() string { return t.called(" ", t.Variant) }

// Folder is Name for the file system. The worlds of one trial share it.
func (t Trial) Folder() string {
	return t.called("-", strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) || strings.ContainsRune("=,._-", c) {
			return c
		}
		return '-'
	}, t.Variant))
}

// called joins the parts of the trial's name. What a trial is called is decided
// here alone.
func (t Trial) called(between, variant string) string {
	words := []string{t.Word}
	if t.Scenario != nil {
		words[0] = t.Scenario.Name
	}
	if variant != "" {
		words = append(words, variant)
	}
	return strings.Join(append(words, "seed", strconv.FormatUint(t.Seed, 10)), between)
}
