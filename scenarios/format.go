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

// format is the form of scenario files.
var format = &form.Format{Noun: "scenario", Types: []form.Type{
	{
		Type: reflect.TypeFor[topology.Rate](), Want: "a number per s, min or h, such as 20/s",
		Schema: func() *jsonschema.Schema {
			return form.TextSchema(`[0-9]+(\.[0-9]*)?/(s|min|h)`, "20/s", "3/min", "1/h")
		},
	},
	{
		Type: reflect.TypeFor[[]Step](), Want: "a list of instants and faults, such as - 40s: pull a.lan",
		Decode: decodeTimeline, Schema: timelineSchema,
	},
	expect.Form(),
}}

// Schema returns the JSON Schema of scenario files, indented.
func Schema() []byte {
	return format.Schema(reflect.TypeFor[Scenario](), "cablepull scenario", "duration", "segments", "nodes")
}

func timelineSchema() *jsonschema.Schema {
	line := &jsonschema.Schema{
		Type: "string", Description: "one of: " + strings.Join(fault.Verbs(), "; ") + "; most may end with: for TIME",
		Examples: []any{"pull a.lan", "hog a service 100%", "partition a | b c1", "freeze a for 4.5s"},
	}
	one := 1
	lines := &jsonschema.Schema{Type: "array", Items: line, MinItems: count(one)}
	step := &jsonschema.Schema{
		Type: "object", MinProperties: count(one), MaxProperties: count(one), AdditionalProperties: jsonschema.FalseSchema,
		PatternProperties: map[string]*jsonschema.Schema{"^(" + form.SpanPattern + ")$": form.Either(line, lines)},
	}
	return &jsonschema.Schema{Type: "array", Items: step}
}

func count(n int) *uint64 { u := uint64(n); return &u }
