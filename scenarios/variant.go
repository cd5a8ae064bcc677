package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/topology"
)

// VariantsMax is how many variants a scenario may have.
const VariantsMax = 64

// ErrVariants is wrapped by the error for running a scenario that has variants
// without choosing one.
var ErrVariants = errors.New("the scenario has variants")

// Variants are the differences between the runs of one scenario: there is one
// run for each combination of values.
type Variants []Axis

// Axis is a path into the scenario and the values to try there. [Scenario.With]
// explains paths.
type Axis struct {
	Path   string
	Values []string // as in a file
	nodes  []form.Node
	at     form.Place
}

// short returns the shortest suffix of a path that no other axis has.
func (all Variants) short(i int) string {
	keys := strings.Split(all[i].Path, ".")
	for n := len(keys) - 1; n > 0; n-- {
		end := strings.Join(keys[n:], ".")
		if !slices.ContainsFunc(all, func(other Axis) bool {
			return other.Path != all[i].Path && strings.HasSuffix("."+other.Path, "."+end)
		}) {
			return end
		}
	}
	return all[i].Path
}

// choices returns all combinations of one value per axis, by index; the last
// axis changes fastest. It stops at VariantsMax+1.
func (all Variants) choices() [][]int {
	choices := [][]int{nil}
	for _, axis := range all {
		var more [][]int
		for _, choice := range choices {
			for i := range axis.Values {
				if len(more) <= VariantsMax {
					more = append(more, append(slices.Clone(choice), i))
				}
			}
		}
		choices = more
	}
	return choices
}

// name names the variant of a choice in one word, such as profile=ios,hello=3s.
func (all Variants) name(choice []int) string {
	var words []string
	for i, axis := range all {
		words = append(words, all.short(i)+"="+axis.Values[choice[i]])
	}
	return strings.Join(words, ",")
}

// settings returns the values of a choice, by path and by its short form.
func (all Variants) settings(choice []int) map[string]string {
	values := map[string]string{}
	for i, axis := range all {
		values[axis.Path], values[all.short(i)] = axis.Values[choice[i]], axis.Values[choice[i]]
	}
	return values
}

// set sets the value of an axis in a scenario. Problems go to the decoder.
func (x Axis) set(s *Scenario, i int, d *form.Decoder) {
	if x.nodes != nil {
		d.Set(s, x.Path, x.nodes[i], x.at)
		return
	}
	for _, p := range s.format().Set(s, x.Path, x.Values[i]) {
		d.Fail(form.Place{}, []string{"variants", p.Path}, "%s", p.Message)
	}
}

// Expand returns the variants of a scenario, or the scenario itself if it has
// none. Loaded scenarios and their variants are valid; for one written in Go
// the error is that of Validate.
func (s *Scenario) Expand() ([]*Scenario, error) {
	if len(s.Variants) == 0 {
		return []*Scenario{s}, nil
	}
	if s.expanded == nil {
		if err := s.Validate(); err != nil {
			return nil, err
		}
	}
	return s.expanded, nil
}

// Title is the name of the scenario, with the variant if it is one.
func (s *Scenario) Title() string { return strings.TrimSpace(s.Name + " " + s.Variant) }

// VariantNames returns the names of the variants that Expand returns.
func (s *Scenario) VariantNames() ([]string, error) {
	names := []string{}
	all, err := s.Expand()
	for _, v := range all {
		if v.Variant != "" {
			names = append(names, v.Variant)
		}
	}
	return names, err
}

// Pick returns the variant with a name, or the scenario itself if it has that
// name.
func (s *Scenario) Pick(name string) (*Scenario, error) {
	if name == s.Variant {
		return s, nil
	}
	all, err := s.Expand()
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(v *Scenario) bool { return v.Variant == name }); i >= 0 {
		return all[i], nil
	}
	names, _ := s.VariantNames() // Expand has succeeded
	if len(names) == 0 {
		return nil, fmt.Errorf("scenario: %s has no variants, got %q", s.Name, name)
	}
	return nil, fmt.Errorf("scenario: %s has no variant %q, want %s", s.Name, name, topology.AnyOf(name, names))
}

// Only returns the values of a variant for its paths, in a scenario that has
// variants, or nothing if it has no such variant. A value that is not one word
// is a number in their list.
func (all Variants) Only(variant string) Variants {
	for _, choice := range all.choices() {
		if all.name(choice) != variant {
			continue
		}
		var only Variants
		for i, axis := range all {
			only = append(only, Axis{Path: axis.Path, Values: []string{axis.Values[choice[i]]}})
		}
		return only
	}
	return nil
}

// Set returns a copy of the scenario with everything at a path set to a value:
// see With.
func (s *Scenario) Set(path, value string) (*Scenario, error) {
	return s.With([]Setting{{path, value}})
}

// decodeVariants reads paths and their values.
func decodeVariants(d *form.Decoder, n form.Node, into any, path []string) {
	const want = "a list of values, such as [1s, 3s]"
	entries, isMap := d.Entries(n, path)
	if !isMap || len(entries) == 0 {
		d.FailNode(n, path, "got %s, want a path and its values, such as nodes.*.standby.lan.hello: [1s, 3s]", form.Describe(n))
		return
	}
	var all Variants
	for _, e := range entries {
		at := topology.At(path, e.Name)
		value := d.Enter(e.Value, at)
		if value == nil {
			return
		}
		items, isList := d.Items(value)
		if !isList {
			d.FailNode(value, at, "got %s, want %s", form.Describe(value), want)
			continue
		}
		axis := Axis{Path: e.Name, nodes: items, at: e.At}
		for i, item := range items {
			text, isScalar := form.ScalarText(item)
			if !isScalar {
				text = strconv.Itoa(i + 1) // a value that is not one word gets a number
			}
			axis.Values = append(axis.Values, text)
		}
		all = append(all, axis)
	}
	*into.(*Variants) = all
}
