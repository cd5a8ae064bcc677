package form

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/cablepull/cablepull/sim/topology"
)

// Field is one key of a YAML mapping and the struct field that it fills. Tags
// say all about it: `yaml:"name"` is the key; `yaml:"name,short"` marks the
// field that a value which is no mapping stands for, so that `lan:
// 192.0.2.11/24` means `lan: {address: 192.0.2.11/24}`; `yaml:",inline"` makes
// the fields of an embedded struct keys of the mapping itself. `form:"bytes"`
// and `form:"share"` read numbers with units. jsonschema tags are rules.
type Field struct {
	Name  string
	Type  reflect.Type
	Doc   string       // what it means
	Of    reflect.Type // the struct that declares it, which may be embedded
	index []int
	short bool
	form  string
	rule  topology.Rule
}

// Rule says which values the field may hold.
func (f Field) Rule() topology.Rule { return f.rule }

// Unit is how its numbers are written: bytes, share, or empty for plain ones.
func (f Field) Unit() string { return f.form }

// Short reports whether a value that is no mapping stands for this field.
func (f Field) Short() bool { return f.short }

// fieldsOfTypes holds what FieldsOf has read: to parse tags takes longer than
// to decode what they describe.
var fieldsOfTypes sync.Map // reflect.Type → []Field

// FieldsOf lists the keys of a struct in the order of the source. The list is
// the caller's.
func FieldsOf(t reflect.Type) []Field {
	if known, is := fieldsOfTypes.Load(t); is {
		return slices.Clone(known.([]Field))
	}
	fields := readFields(t)
	fieldsOfTypes.Store(t, fields)
	return slices.Clone(fields)
}

func readFields(t reflect.Type) []Field {
	var fields []Field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		switch {
		case options == "inline":
			for _, inner := range FieldsOf(f.Type) {
				inner.index = append([]int{i}, inner.index...)
				fields = append(fields, inner)
			}
		case name != "" && name != "-":
			fields = append(fields, Field{
				Name: name, Type: f.Type, Doc: f.Tag.Get("doc"), Of: t, index: []int{i}, short: options == "short",
				form: f.Tag.Get("form"), rule: topology.RuleOf(f),
			})
		}
	}
	return fields
}

// fieldNames lists the keys.
func fieldNames(fields []Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// findField returns the field of a key.
func findField(fields []Field, name string) (Field, bool) {
	for _, f := range fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// shortField returns the field that a value stands for which is no mapping.
func shortField(fields []Field) (Field, bool) {
	for _, f := range fields {
		if f.short {
			return f, true
		}
	}
	return Field{}, false
}
