package scenarios

import (
	"reflect"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// formatWith is the format of scenario files with these kinds of expectations.
func formatWith(kinds expect.Kinds) *form.Format {
	fixed := []string{"name", "about", "tags", "slow", "allow-invalid", "variants", "twin", "expect", "over-seeds"}
	return &form.Format{Noun: "scenario", Fixed: fixed, Definitions: definitions, Types: []form.Type{
		{
			Type: reflect.TypeFor[topology.Rate](), Want: "a number per s, min or h, such as 20/s",
			Schema: func() *jsonschema.Schema {
				return form.TextSchema(`[0-9]+(\.[0-9]*)?/(s|min|h)`, "20/s", "3/min", "1/h")
			},
		},
		{
			Type: reflect.TypeFor[topology.BalanceWeight](), Want: "auto or a number from 1 to 100",
			Schema: func() *jsonschema.Schema {
				return form.Either(&jsonschema.Schema{Type: "integer", Minimum: "1", Maximum: "100"}, &jsonschema.Schema{Type: "string", Enum: []any{"auto"}})
			},
		},
		{
			Type: reflect.TypeFor[topology.PortRange](), Want: "ports from 1 to 65535, such as 50000-50009",
			Schema: func() *jsonschema.Schema { return form.TextSchema(`[0-9]{1,5}(-[0-9]{1,5})?`, "50000-50009") },
		},
		{
			Type: reflect.TypeFor[[]Step](), Want: "a list of instants and faults, such as - 40s: pull a.lan",
			Decode: decodeTimeline, Schema: timelineSchema,
		},
		{
			Type: reflect.TypeFor[Variants](), Want: "a mapping of paths and lists of values, such as nodes.*.standby.lan.hello: [1s, 3s]",
			Decode: decodeVariants, Schema: variantsSchema,
		},
		{
			Type: reflect.TypeFor[OverSeeds](), Want: wantOverSeeds,
			Decode: decodeOverSeeds, Schema: overSeedsSchema,
		},
		kinds.Form(),
	}}
}

// format is the format of the scenario's file.
func (s *Scenario) format() *form.Format { return formatWith(s.kinds) }

// SchemaID is the identifier of the schema of scenarios that have no
// expectations but the project's. It is there that one finds it.
const SchemaID = "https://github.com/cablepull/cablepull/raw/main/docs/scenario.schema.json"

// Required are the keys that a scenario file must have.
var Required = []string{"duration", "segments", "nodes"}

// Schema returns the JSON Schema of scenario files, indented. Own are the
// caller's expectations. The error is that of [expect.With].
func Schema(own ...expect.Kind) ([]byte, error) {
	kinds, err := expect.With(own...)
	if err != nil {
		return nil, err
	}
	id := SchemaID
	if len(own) > 0 {
		id = "" // another schema
	}
	return formatWith(kinds).Schema(reflect.TypeFor[Scenario](), id, "cablepull scenario", Required...), nil
}

// definitions are those of the schema that belong to no struct.
func definitions() jsonschema.Definitions {
	line := &jsonschema.Schema{Description: "a fault: one line of text"}
	for _, row := range fault.Standard().Rows() {
		line.AnyOf = append(line.AnyOf, &jsonschema.Schema{
			Type: "string", Pattern: row.Pattern(), Description: row.Usage() + ": " + row.About(), Examples: []any{row.Example()},
		})
	}
	return jsonschema.Definitions{expect.FaultDefinition: line}
}

func timelineSchema() *jsonschema.Schema {
	line := form.Reference(expect.FaultDefinition)
	lines := &jsonschema.Schema{Type: "array", Items: line, MinItems: count(1)}
	step := &jsonschema.Schema{
		Type: "object", MinProperties: count(1), MaxProperties: count(1), AdditionalProperties: jsonschema.FalseSchema,
		PatternProperties: map[string]*jsonschema.Schema{instantPattern: form.Either(line, lines)},
	}
	return &jsonschema.Schema{Type: "array", Items: step}
}

// instantPattern matches instants: durations that are not negative.
var instantPattern = "^(" + strings.Replace(topology.SpanPattern, "[-+]?", `\+?`, 1) + ")$"

func variantsSchema() *jsonschema.Schema {
	return &jsonschema.Schema{
		Type: "object", MinProperties: count(1),
		AdditionalProperties: &jsonschema.Schema{Type: "array", MinItems: count(1)},
	}
}

func count(n int) *uint64 { u := uint64(n); return &u }
