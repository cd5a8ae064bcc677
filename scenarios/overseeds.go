package scenarios

import (
	"slices"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// OverSeeds are conditions on the runs of a scenario with several seeds, in the
// order of the file. A single run cannot judge them.
type OverSeeds []OverSeed

// OverSeed is one of them.
type OverSeed struct {
	figure.Condition
	Place form.Place // in the file; zero if it was written in Go
}

// wantOverSeeds says what the key holds.
const wantOverSeeds = "a mapping of figures and limits, such as {outage.p99: ..10s, violated: ..1%}"

// decodeOverSeeds reads a figure and its limits for each key.
func decodeOverSeeds(d *form.Decoder, n form.Node, into any, path []string) {
	entries, isMap := d.Entries(n, path)
	if !isMap || len(entries) == 0 {
		d.FailNode(n, path, "got %s, want %s", form.Describe(n), wantOverSeeds)
		return
	}
	var all OverSeeds
	for _, e := range entries {
		at := topology.At(path, e.Name)
		value := d.Enter(e.Value, at)
		if value == nil {
			return
		}
		word, err := figure.Parse(e.Name)
		if err != nil {
			d.Fail(e.At, at, "%s", slip(err))
			continue
		}
		text, isScalar := form.ScalarText(value)
		if !isScalar {
			d.FailNode(value, at, "got %s, want limits, such as ..10s", form.Describe(value))
			continue
		}
		limits, err := word.Within(text)
		if err != nil {
			d.FailNode(value, at, "%s", slip(err))
			continue
		}
		if slices.ContainsFunc(all, func(other OverSeed) bool { return other.Word == word }) {
			d.Fail(e.At, at, "%s has limits already", word)
			continue
		}
		d.SetPlace(topology.At(path, word.String()), e.At)
		all = append(all, OverSeed{figure.Condition{Word: word, Limits: limits}, e.At})
	}
	*into.(*OverSeeds) = all
}

// slip is the text of an error of a word, at its place in a file.
func slip(err error) string { return strings.TrimPrefix(err.Error(), "figure: ") }

func overSeedsSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "object", MinProperties: count(1),
		AdditionalProperties: form.Either(&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"}),
		Examples:             []any{map[string]any{"outage.p99": "..10s", "violated": "..1%"}},
	}
}

// Conditions returns the conditions without their places.
func (o OverSeeds) Conditions() []figure.Condition {
	var all []figure.Condition
	for _, x := range o {
		all = append(all, x.Condition)
	}
	return all
}

// Runs returns how many runs it takes at least to judge them, if none of them
// exceeds its limits.
func (o OverSeeds) Runs() int {
	runs := 0
	for _, x := range o {
		runs = max(runs, x.Runs())
	}
	return runs
}

// overSeeds checks what the figures are of, as far as it is known before a run.
func (j *judge) overSeeds() {
	for _, x := range j.OverSeeds {
		if message := x.Word.Slip(j.figured()); message != "" {
			j.fail([]string{"over-seeds", x.Word.String()}, message)
		}
	}
}
