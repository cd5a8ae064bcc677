package sweep

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/cablepull/cablepull/scenarios/statistic"
	"github.com/cablepull/cablepull/scenarios/trial"
)

// Setting is one value for each knob.
type Setting []trial.Setting

// Values are the values of a setting, in the order of the knobs.
func (s Setting) Values() []string {
	var all []string
	for _, one := range s {
		all = append(all, one.Value)
	}
	return all
}

// String prints the setting as options of the command.
func (s Setting) String() string {
	var words []string
	for _, one := range s {
		words = append(words, one.Path+"="+one.Value)
	}
	return strings.Join(words, " ")
}

// Design is how the settings lie among the values of the knobs.
type Design string

// The designs.
const (
	Grid   Design = "grid"   // each combination of values
	Halton Design = "halton" // points of the Halton sequence, which fill the space evenly
	// LatinHypercube uses, of each knob, each of as many equal parts once, in
	// random order.
	LatinHypercube Design = "latin-hypercube"
)

// Designs lists the designs.
var Designs = []Design{Grid, Halton, LatinHypercube}

// settingsMax is how many settings a sweep has at most.
const settingsMax = 100_000

// NewSettings returns the settings of a design: of a grid all combinations, the
// last knob changing fastest, else so many points. Equal arguments give equal
// settings.
func NewSettings(knobs []Knob, design Design, points int, seed uint64) ([]Setting, error) {
	if design == Grid {
		return grid(knobs)
	}
	if points < 1 || points > settingsMax {
		return nil, fmt.Errorf("got %d points, want 1 to %d", points, settingsMax)
	}
	shares := statistic.Halton(points, len(knobs), seed)
	if design == LatinHypercube {
		shares = statistic.LatinHypercube(points, len(knobs), seed)
	}
	var all []Setting
	known := map[string]bool{}
	for _, at := range shares {
		if s := settingAt(knobs, at); !known[s.String()] { // knobs of few values repeat
			known[s.String()] = true
			all = append(all, s)
		}
	}
	return all, nil
}

// settingAt is the setting at shares of the knobs. A share is rounded to a
// value of its knob before anything depends on it.
func settingAt(knobs []Knob, at []float64) Setting {
	var s Setting
	for i, k := range knobs {
		s = append(s, trial.Setting{Path: k.Path, Value: k.At(new(big.Rat).SetFloat64(at[i]))})
	}
	return s
}

func grid(knobs []Knob) ([]Setting, error) {
	all := []Setting{nil}
	for _, k := range knobs {
		if k.ranged {
			return nil, fmt.Errorf("%s: got a range without a step, want one, or a number of points", k)
		}
		if len(all)*len(k.Values) > settingsMax {
			return nil, fmt.Errorf("got more than %d settings, want fewer values, or a number of points", settingsMax)
		}
		var more []Setting
		for _, s := range all {
			for _, value := range k.Values {
				more = append(more, append(s[:len(s):len(s)], trial.Setting{Path: k.Path, Value: value}))
			}
		}
		all = more
	}
	return all, nil
}

// KnobsMax is how many knobs a design has at most.
const KnobsMax = 8
