package scenarios

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

// Patterns of texts. They catch slips while typing; the loader knows better.
const (
	spanPattern    = `-?([0-9]+(\.[0-9]*)?(ns|us|µs|ms|s|m|h))+|0`
	sharePattern   = `-?[0-9]+(\.[0-9]*)?%`
	addressPattern = `([0-9]{1,3}\.){3}[0-9]{1,3}`
)

// Schema returns the JSON Schema of the scenario format, indented. It is made
// from the same structs and tags that the loader reads.
func Schema() []byte {
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Anonymous: true,
		LookupComment: fieldDoc,
	}
	types := []reflect.Type{reflect.TypeFor[Scenario]()}
	for _, k := range kinds {
		types = append(types, k.typ)
	}
	r.Mapper = mapType
	root := r.ReflectFromType(types[0])
	for _, t := range types[1:] {
		one := *r
		one.ExpandedStruct = false
		for name, def := range one.ReflectFromType(t).Definitions { // order: into a map
			root.Definitions[name] = def
		}
	}
	root.Title = "cablepull scenario"
	root.Required = []string{"duration", "segments", "nodes"}
	refine(root, types[0])
	seen := map[reflect.Type]bool{types[0]: true}
	for _, t := range types {
		for _, f := range fieldsOf(t) {
			refineAll(root.Definitions, f.typ, seen)
		}
		refineAll(root.Definitions, t, seen)
	}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("scenarios: schema: %v", err)) // a mistake in a tag; a test would see it
	}
	return text
}

// fieldDoc is how the reflector learns descriptions.
func fieldDoc(t reflect.Type, name string) string {
	if t.Kind() != reflect.Struct {
		return ""
	}
	f, _ := t.FieldByName(name)
	return f.Tag.Get("doc")
}

// mapType gives the schema of types whose text is their own, nil for others.
func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[time.Duration]():
		return text(spanPattern, "5s", "20ms", "1m30s")
	case reflect.TypeFor[netip.Addr]():
		return text(addressPattern, "192.0.2.100")
	case reflect.TypeFor[netip.Prefix]():
		return text(addressPattern+`/[0-9]{1,2}`, "192.0.2.11/24")
	case reflect.TypeFor[netip.AddrPort]():
		return text(addressPattern+`:[0-9]{1,5}`, "192.0.2.100:80")
	case reflect.TypeFor[topology.Rate]():
		return text(`[0-9]+(\.[0-9]*)?/(s|min|h)`, "20/s", "3/min", "1/h")
	case reflect.TypeFor[Range[time.Duration]]():
		return interval(spanPattern, "7s..10s", "..3s", "7s..")
	case reflect.TypeFor[Range[int]]():
		return either(interval(`[0-9]+`, "1..3", "..3", "1.."), &jsonschema.Schema{Type: "integer", Minimum: "0"})
	case reflect.TypeFor[Range[float64]]():
		return either(interval(`[0-9]+(\.[0-9]*)?`, "1.5..3", "..0.2", "100.."), &jsonschema.Schema{Type: "number", Minimum: "0"})
	case reflect.TypeFor[Range[Share]]():
		return interval(sharePattern, "40%..60%", "95%..", "100%")
	case reflect.TypeFor[[]Step]():
		return timelineSchema()
	case reflect.TypeFor[[]Expectation]():
		return expectSchema()
	}
	if t.Kind() == reflect.Bool {
		return either(&jsonschema.Schema{Type: "boolean"}, &jsonschema.Schema{Type: "string", Enum: []any{"on", "off"}})
	}
	return nil
}

// text is a string that matches a pattern as a whole.
func text(pattern string, examples ...any) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^(" + pattern + ")$", Examples: examples}
}

func interval(bound string, examples ...any) *jsonschema.Schema {
	return text("("+bound+")|("+bound+`)?\.\.(`+bound+")?", examples...)
}

func either(schemas ...*jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: schemas}
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
		PatternProperties: map[string]*jsonschema.Schema{"^(" + spanPattern + ")$": either(line, lines)},
	}
	return &jsonschema.Schema{Type: "array", Items: step}
}

func count(n int) *uint64 { u := uint64(n); return &u }

func expectSchema() *jsonschema.Schema {
	item := &jsonschema.Schema{}
	for _, k := range kinds {
		properties := jsonschema.NewProperties()
		properties.Set(k.name, &jsonschema.Schema{Ref: "#/$defs/" + k.typ.Name()})
		item.OneOf = append(item.OneOf, &jsonschema.Schema{
			Type: "object", Description: k.doc, Properties: properties, Required: []string{k.name}, AdditionalProperties: jsonschema.FalseSchema,
		})
	}
	return &jsonschema.Schema{Type: "array", Items: item}
}

// refineAll refines the definitions of all structs that a type leads to.
func refineAll(defs jsonschema.Definitions, t reflect.Type, seen map[reflect.Type]bool) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map, reflect.Slice:
		refineAll(defs, t.Elem(), seen)
		return
	case reflect.Struct:
	default:
		return
	}
	def := defs[t.Name()]
	if seen[t] || def == nil {
		return
	}
	seen[t] = true
	for _, f := range fieldsOf(t) {
		refineAll(defs, f.typ, seen)
	}
	refine(def, t)
}

// refine adds to the schema of a struct what the reflector does not know: units
// of numbers, and the short form.
func refine(s *jsonschema.Schema, t reflect.Type) {
	fields := fieldsOf(t)
	for _, f := range fields {
		property, known := s.Properties.Get(f.name)
		if !known {
			continue
		}
		number := &jsonschema.Schema{Type: "number"}
		switch f.form {
		case "bytes":
			number.Type = "integer"
			s.Properties.Set(f.name, described(property, either(number, text(`[0-9]+(B|KiB|MiB|GiB)`, "64MiB"))))
		case "share":
			s.Properties.Set(f.name, described(property, either(number, text(sharePattern, "10%"))))
		}
	}
	if short, has := shortField(fields); has {
		property, _ := s.Properties.Get(short.name)
		object := *s
		*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{property, &object}}
	}
}

// described keeps the description of a replaced property.
func described(old, s *jsonschema.Schema) *jsonschema.Schema {
	s.Description = old.Description
	return s
}
