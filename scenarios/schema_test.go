package scenarios

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
)

// schemaNode is a JSON Schema as far as ours uses it.
type schemaNode struct {
	Ref           string                 `json:"$ref"`
	Defs          map[string]*schemaNode `json:"$defs"`
	Type          string                 `json:"type"`
	Description   string                 `json:"description"`
	Properties    map[string]*schemaNode `json:"properties"`
	Patterns      map[string]*schemaNode `json:"patternProperties"`
	Additional    json.RawMessage        `json:"additionalProperties"`
	Required      []string               `json:"required"`
	Items         *schemaNode            `json:"items"`
	AnyOf, OneOf  []*schemaNode
	Enum          []any    `json:"enum"`
	Pattern       string   `json:"pattern"`
	Minimum       *float64 `json:"minimum"`
	Maximum       *float64 `json:"maximum"`
	MinProperties int      `json:"minProperties"`
	MaxProperties int      `json:"maxProperties"`
}

func readSchema(t *testing.T) *schemaNode {
	t.Helper()
	root := &schemaNode{}
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, root); err != nil {
		t.Fatal(err)
	}
	return root
}

// judgeValue is a small JSON Schema validator, enough for our own schema. It
// returns the first thing that is wrong.
func (root *schemaNode) judgeValue(s *schemaNode, v any) error {
	if s.Ref != "" {
		return root.judgeValue(root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")], v)
	}
	for _, list := range [][]*schemaNode{s.AnyOf, s.OneOf} {
		if list != nil && !slices.ContainsFunc(list, func(one *schemaNode) bool { return root.judgeValue(one, v) == nil }) {
			return fmt.Errorf("%v fits none of %d", v, len(list))
		}
	}
	switch v := v.(type) {
	case map[string]any:
		return root.judgeObject(s, v)
	case []any:
		if s.Type != "" && s.Type != "array" {
			return fmt.Errorf("a list is no %s", s.Type)
		}
		for _, item := range v {
			if s.Items == nil {
				break // an alternative has judged them
			}
			if err := root.judgeValue(s.Items, item); err != nil {
				return err
			}
		}
		return nil
	}
	return s.judgeScalar(v)
}

func (s *schemaNode) judgeScalar(v any) error {
	if s.Enum != nil && !slices.Contains(s.Enum, v) {
		return fmt.Errorf("%v is none of %v", v, s.Enum)
	}
	switch s.Type {
	case "string":
		text, is := v.(string)
		if !is || s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(text) {
			return fmt.Errorf("%v does not match %s", v, s.Pattern)
		}
	case "boolean":
		if _, is := v.(bool); !is {
			return fmt.Errorf("%v is no boolean", v)
		}
	case "integer", "number":
		n := reflect.ValueOf(v)
		if !n.CanConvert(reflect.TypeFor[float64]()) {
			return fmt.Errorf("%v is no number", v)
		}
		if f := n.Convert(reflect.TypeFor[float64]()).Float(); s.Minimum != nil && f < *s.Minimum || s.Maximum != nil && f > *s.Maximum {
			return fmt.Errorf("%v is out of bounds", v)
		}
	case "object", "array":
		return fmt.Errorf("%v is no %s", v, s.Type)
	}
	return nil
}

func (root *schemaNode) judgeObject(s *schemaNode, v map[string]any) error {
	if s.Type != "" && s.Type != "object" {
		return fmt.Errorf("a mapping is no %s", s.Type)
	}
	for _, name := range s.Required {
		if _, has := v[name]; !has {
			return fmt.Errorf("%s is missing", name)
		}
	}
	if s.MaxProperties > 0 && (len(v) > s.MaxProperties || len(v) < s.MinProperties) {
		return fmt.Errorf("%d keys", len(v))
	}
	for name, value := range v {
		child, known := s.Properties[name]
		for pattern, one := range s.Patterns {
			if regexp.MustCompile(pattern).MatchString(name) {
				child, known = one, true
			}
		}
		if !known {
			if string(s.Additional) == "false" {
				return fmt.Errorf("unknown key %s", name)
			}
			child = &schemaNode{}
			if len(s.Additional) > 0 {
				if err := json.Unmarshal(s.Additional, child); err != nil {
					return err
				}
			}
		}
		if err := root.judgeValue(child, value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

var rewrite = flag.Bool("rewrite", false, "write what the tests got into docs")

// another is an expectation of somebody else.
type another struct{ expect.Moves }

// TestPublishedSchema: docs has the schema of today, where its identifier says.
func TestPublishedSchema(t *testing.T) {
	got, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("..", "docs", filepath.Base(SchemaID))
	if *rewrite {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(got) {
		t.Errorf("%s is out of date; go test ./scenarios -rewrite", path)
	}
	id := struct {
		ID string `json:"$id"`
	}{}
	if err := json.Unmarshal(got, &id); err != nil || id.ID != SchemaID {
		t.Errorf("got the identifier %q, %v, want %s", id.ID, err, SchemaID)
	}
	own, err := Schema(expect.KindOf[another]("another", "what the project does not have"))
	if err != nil || bytes.Contains(own, []byte(`"$id"`)) {
		t.Errorf("a schema with more expectations calls itself by the same identifier, %v", err)
	}
}

// TestEveryPropertyIsDescribed, wherever it stands in the schema: editors show
// that.
func TestEveryPropertyIsDescribed(t *testing.T) {
	text, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	var root any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	seen := 0
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(fmt.Sprintf("%s/%d", path, i), item)
			}
		case map[string]any:
			properties, _ := v["properties"].(map[string]any)
			for name, property := range properties {
				seen++
				if s, _ := property.(map[string]any); s["description"] == nil || s["description"] == "" {
					t.Errorf("%s: %s has no description", path, name)
				}
			}
			for key, value := range v {
				walk(path+"/"+key, value)
			}
		}
	}
	walk("", root)
	if seen < 300 {
		t.Errorf("looked at %d properties only", seen)
	}
}

func TestLibraryFitsTheSchema(t *testing.T) {
	root := readSchema(t)
	files, err := filepath.Glob("incidents/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("got %d files, %v", len(files), err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		if err := root.judgeValue(root, v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the loader refuses for its shape, the schema refuses too.
func TestSchemaRefusesWhatTheLoaderRefuses(t *testing.T) {
	root := readSchema(t)
	fine := strings.NewReplacer("{vip: 192.0.2.100}", "{group: 30, vip: 192.0.2.100, self-balance: {algorithm: sh, weight: 20, table: 10}}",
		`{target: "http://192.0.2.100/"}`, `{target: "http://192.0.2.100/", rate: 20/s, mode: long-lived}`,
		"- moves: 1", "- moves: 1\n  - becomes: {node: b, state: Active, between: 7s..10s}").Replace(small)
	judge := func(text string) (schema, loader error) {
		var v any
		if err := yaml.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		_, loader = Parse("x.yaml", []byte(text))
		return root.judgeValue(root, v), loader
	}
	if schema, loader := judge(fine); schema != nil || loader != nil {
		t.Fatalf("got %v and %v of a scenario that is fine", schema, loader)
	}
	for _, change := range [][2]string{
		{"duration: 60s", "duration: 60"},
		{"duration: 60s", "druation: 60s"},
		{"group: 30", "group: 300"},
		{"group: 30", "gruop: 30"},
		{"192.0.2.11/24", "192.0.2.11"},
		{"algorithm: sh", "algorithm: hash"},
		{"weight: 20", "weight: 200"},
		{"weight: 20", "weight: automatic"},
		{"weight: 20", "wait: 20"},
		{"table: 10", "table: 0"},
		{"{algorithm: sh, weight: 20, table: 10}", "on"},
		{"rate: 20/s", "rate: 20"},
		{"mode: long-lived", "mode: long"},
		{"- moves: 1", "- moves: many"},
		{"- moves: 1", "- movse: 1"},
		{"between: 7s..10s", "between: 7..10"},
		{"- 30s: pull a.lan", "- thirty: pull a.lan"},
		{"- 30s: pull a.lan", "- pull a.lan"},
		{"- 30s: pull a.lan", "- 30s: pul a.lan"},
		{"- 30s: pull a.lan", "- 30s: [pull a.lan, pull a lan]"},
		{"- 30s: pull a.lan", "- -30s: pull a.lan"},
		{"state: Active", "state: Active, after: pul a.lan"},
		{"- moves: 1", "- moves: .."},
		{"state: Active", "state: active"},
	} {
		text := strings.Replace(fine, change[0], change[1], 1)
		if text == fine {
			t.Fatalf("%s: nothing to replace", change[0])
		}
		schema, loader := judge(text)
		if schema == nil || loader == nil {
			t.Errorf("%s: schema says %v, loader says %v", change[1], schema, loader)
		}
	}
}

// TestSchemaAndDecoderAgreeOnKeys walks all types that the decoder fills and
// compares their keys with the schema's, and wants a description of each.
func TestSchemaAndDecoderAgreeOnKeys(t *testing.T) {
	root := readSchema(t)
	checked := map[string]bool{}
	var check func(reflect.Type, *schemaNode)
	check = func(typ reflect.Type, s *schemaNode) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Map || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || len(form.FieldsOf(typ)) == 0 && typ.Name() != "Router" || checked[typ.Name()] {
			return
		}
		checked[typ.Name()] = true
		if s == nil {
			s = root.Defs[typ.Name()]
		}
		if s == nil {
			t.Fatalf("%s is not in the schema", typ)
		}
		if len(s.AnyOf) == 2 {
			s = s.AnyOf[1] // the long form
		}
		var keys []string
		for key, property := range s.Properties {
			keys = append(keys, key)
			if property.Description == "" {
				t.Errorf("%s: %s has no description", typ, key)
			}
		}
		var want []string
		for _, f := range form.FieldsOf(typ) {
			want = append(want, f.Name)
		}
		slices.Sort(keys)
		slices.Sort(want)
		if !slices.Equal(keys, want) {
			t.Errorf("%s: schema has %v, decoder has %v", typ, keys, want)
		}
		for _, f := range form.FieldsOf(typ) {
			check(f.Type, nil)
		}
	}
	check(reflect.TypeFor[Scenario](), root)
	for _, typ := range (expect.Kinds{}).Form().Also {
		check(typ, nil)
	}
	if len(checked) < 25 {
		t.Errorf("only %d types were compared: %v", len(checked), checked)
	}
}
