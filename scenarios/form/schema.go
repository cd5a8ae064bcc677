package form

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/cablepull/cablepull/sim/topology"
)

// Patterns of texts. They catch slips while typing; the decoder knows better.
const (
	sharePattern   = `[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)%`
	numberPattern  = `\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?`
	addressPattern = `([0-9]{1,3}\.){3}[0-9]{1,3}`
)

// texts are the schemas of types whose text is their own, by type. Each is a
// definition, to which properties refer.
var texts = map[reflect.Type]struct {
	name   string
	schema *jsonschema.Schema
}{
	reflect.TypeFor[time.Duration]():        {"duration", Either(TextSchema(topology.SpanPattern, "5s", "20ms", "1m30s"), zero())},
	reflect.TypeFor[netip.Addr]():           {"address", TextSchema(addressPattern, "192.0.2.100")},
	reflect.TypeFor[netip.Prefix]():         {"address-with-length", TextSchema(addressPattern+`/[0-9]{1,2}`, "192.0.2.11/24")},
	reflect.TypeFor[netip.AddrPort]():       {"address-with-port", TextSchema(addressPattern+`:[0-9]{1,5}`, "192.0.2.100:80")},
	reflect.TypeFor[Range[time.Duration]](): {"durations", Either(interval(topology.SpanPattern, "7s..10s", "..3s", "7s.."), zero())},
	reflect.TypeFor[Range[int]](): {"counts", Either(
		interval(`\+?[0-9]+`, "1..3", "..3", "1.."), &jsonschema.Schema{Type: "integer", Minimum: "0"})},
	reflect.TypeFor[Range[float64]](): {"figures", Either(
		interval(numberPattern, "1.5..3", "..0.2", "100.."), &jsonschema.Schema{Type: "number", Minimum: "0"})},
	reflect.TypeFor[Range[Share]](): {"shares", interval(sharePattern, "40%..60%", "95%..", "100%")},
	reflect.TypeFor[bool](): {"switch", Either(
		&jsonschema.Schema{Type: "boolean"}, &jsonschema.Schema{Type: "string", Enum: []any{"on", "off"}})},
}

// zero is the number 0, which needs no unit.
func zero() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "integer", Minimum: "0", Maximum: "0"}
}

// Schema returns the JSON Schema of documents that fill a struct, indented. It
// is made from the same structs and tags that the decoder reads. Its id may be
// empty. Required are the keys that a document must have.
func (o *Format) Schema(struc reflect.Type, id, title string, required ...string) []byte {
	r := &jsonschema.Reflector{
		FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Anonymous: true,
		LookupComment: fieldDoc, Mapper: o.mapType,
	}
	types := []reflect.Type{struc}
	for _, own := range o.Types {
		types = append(types, own.Also...)
	}
	root := r.ReflectFromType(struc)
	for _, t := range types[1:] {
		one := *r
		one.ExpandedStruct = false
		for name, def := range one.ReflectFromType(t).Definitions { // order: into a map
			root.Definitions[name] = def
		}
	}
	for _, text := range texts { // order: into a map
		root.Definitions[text.name] = text.schema
	}
	if o.Definitions != nil {
		maps.Copy(root.Definitions, o.Definitions())
	}
	root.ID, root.Title, root.Required = jsonschema.ID(id), title, required
	refine(root, struc)
	seen := map[reflect.Type]bool{struc: true}
	for _, t := range types {
		for _, f := range FieldsOf(t) {
			refineAll(root.Definitions, f.Type, seen)
		}
		refineAll(root.Definitions, t, seen)
	}
	text, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic(fmt.Sprintf("form: schema: %v", err)) // a mistake in a tag; a test would see it
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
func (o *Format) mapType(t reflect.Type) *jsonschema.Schema {
	if own := o.own(t); own != nil && own.Schema != nil {
		return own.Schema()
	}
	if own, is := reflect.Zero(t).Interface().(interface{ JSONSchema() *jsonschema.Schema }); is {
		return own.JSONSchema()
	}
	if text, is := texts[t]; is {
		return Reference(text.name)
	}
	switch t {
	case reflect.TypeFor[map[string]string](): // YAML has a type for a text such as 0 or true
		return &jsonschema.Schema{Type: "object", AdditionalProperties: Either(
			&jsonschema.Schema{Type: "string"}, &jsonschema.Schema{Type: "number"}, &jsonschema.Schema{Type: "boolean"})}
	}
	if t.Kind() == reflect.Struct && t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return &jsonschema.Schema{Type: "string"}
	}
	return nil
}

// TextSchema is a string that matches a pattern as a whole.
func TextSchema(pattern string, examples ...any) *jsonschema.Schema {
	return &jsonschema.Schema{Type: "string", Pattern: "^(" + pattern + ")$", Examples: examples}
}

func interval(bound string, examples ...any) *jsonschema.Schema {
	bound = `\s*(` + bound + `)\s*`
	return TextSchema(bound+`(\.\.(`+bound+`)?)?|\s*\.\.`+bound, examples...)
}

// Reference refers to a definition of the schema.
func Reference(name string) *jsonschema.Schema { return &jsonschema.Schema{Ref: "#/$defs/" + name} }

// Either is any one of several schemas.
func Either(schemas ...*jsonschema.Schema) *jsonschema.Schema {
	return &jsonschema.Schema{AnyOf: schemas}
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
	for _, f := range FieldsOf(t) {
		refineAll(defs, f.Type, seen)
	}
	refine(def, t)
}

// refine adds to the schema of a struct what the reflector does not know: units
// of numbers, and the short form.
func refine(s *jsonschema.Schema, t reflect.Type) {
	fields := FieldsOf(t)
	for _, f := range fields {
		property, known := s.Properties.Get(f.Name)
		if !known {
			continue
		}
		number := &jsonschema.Schema{Type: "number"}
		switch f.form {
		case "bytes":
			number.Type = "integer"
			s.Properties.Set(f.Name, described(property, Either(number, TextSchema(`[0-9]+(B|KiB|MiB|GiB)`, "64MiB"))))
		case "share":
			s.Properties.Set(f.Name, described(property, Either(number, TextSchema(sharePattern, "10%"))))
		}
	}
	if short, has := shortField(fields); has {
		property, _ := s.Properties.Get(short.Name)
		object := *s
		*s = jsonschema.Schema{AnyOf: []*jsonschema.Schema{property, &object}}
	}
}

// described keeps the description of a replaced property.
func described(old, s *jsonschema.Schema) *jsonschema.Schema {
	s.Description = old.Description
	return s
}
