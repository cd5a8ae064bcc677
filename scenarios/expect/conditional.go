package expect

import (
	"slices"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// whenKey is the second key of an expectation that applies to some variants
// only.
const whenKey = "when"

// Conditional is an expectation that applies to some variants only.
type Conditional struct {
	Expectation
	When map[string][]string // values of the variants that it applies to, by path
}

// In returns the expectation if it applies to a variant with these values by
// path, else nil.
func (x Conditional) In(values map[string]string) Expectation {
	for key, meant := range x.When { // order: all must hold
		if !slices.Contains(meant, values[key]) {
			return nil
		}
	}
	return x.Expectation
}

// Problems implements Expectation: it stands in a scenario without variants.
func (x Conditional) Problems(Plan) []topology.Problem {
	return []topology.Problem{{Message: "it applies to some variants only, want variants in the scenario, or no when"}}
}

// decodeWhen reads the values that are meant: one, or a list of them.
func decodeWhen(d *form.Decoder, n form.Node, path []string) map[string][]string {
	const want = "what the variants differ in, such as {profile: ios}"
	if n = d.Enter(n, path); n == nil {
		return nil
	}
	entries, isMap := d.Entries(n, path)
	if !isMap || len(entries) == 0 {
		d.FailNode(n, path, "got %s, want %s", form.Describe(n), want)
		return nil
	}
	d.SetPlace(path, d.PlaceOf(n))
	when := map[string][]string{}
	for _, e := range entries {
		at := topology.At(path, e.Name)
		d.SetPlace(at, e.At)
		items, isList := d.Items(e.Value)
		if !isList {
			items = []form.Node{e.Value}
		}
		for _, item := range items {
			text, isScalar := form.ScalarText(item)
			if !isScalar {
				d.FailNode(item, at, "got %s, want %s", form.Describe(item), want)
			}
			when[e.Name] = append(when[e.Name], text)
		}
	}
	return when
}
