package jsonform

import (
	"fmt"
	"reflect"
	"strings"
	"time"
	"unicode"
)

// Plan is how one struct type is laid out as JSON. A plan never changes once it
// is made and may be used by many goroutines.
type Plan struct {
	of     reflect.Type
	fields []field
}

// field is one exported field of a struct.
type field struct {
	name  string // of the member
	index int    // in the struct
	key   string // `,"name":`
	twin  string // `,"name_ns":` of a duration, else empty
	form  form
}

// form is how a value is written.
type form struct {
	shape shape
	elem  *form // of a list or a table
	plan  *Plan // of an object
}

type shape uint8

const (
	text shape = iota
	boolean
	integer
	unsigned
	float
	span   // time.Duration
	list   // slice
	table  // map with string keys
	object // struct
)

var durationType = reflect.TypeFor[time.Duration]()

// PlanOf returns the plan of the struct type t. It panics if t, or a type in
// it, has no JSON form here: pointers, interfaces, embedded structs, tag
// options, and durations that are not a field of their own. That is a mistake
// in the program, found by the first test that touches it.
func PlanOf(t reflect.Type) *Plan {
	if t.Kind() != reflect.Struct {
		panic(fmt.Sprintf("jsonform: %v: got a %v, want a struct", t, t.Kind()))
	}
	p := &Plan{of: t}
	seen := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			panic(fmt.Sprintf("jsonform: %v: embedded %v has no form", t, f.Type))
		}
		name := memberName(t, f)
		if !f.IsExported() || name == "-" {
			continue
		}
		planned := field{name: name, index: i, key: `,"` + name + `":`, form: formOf(t, f.Type)}
		names := []string{name}
		if planned.form.shape == span {
			planned.twin = `,"` + name + `_ns":`
			names = append(names, name+"_ns")
		}
		for _, n := range names {
			if seen[n] {
				panic(fmt.Sprintf("jsonform: %v: two members are called %q", t, n))
			}
			seen[n] = true
		}
		p.fields = append(p.fields, planned)
	}
	return p
}

// Names returns the members of the JSON object in order, without the numeric
// twins of durations.
func (p *Plan) Names() []string {
	names := make([]string, len(p.fields))
	for i, f := range p.fields {
		names[i] = f.name
	}
	return names
}

// Field returns the field of the struct that a member comes from.
func (p *Plan) Field(name string) (reflect.StructField, bool) {
	for _, f := range p.fields {
		if f.name == name {
			return p.of.Field(f.index), true
		}
	}
	return reflect.StructField{}, false
}

func formOf(in, t reflect.Type) form {
	if t == durationType {
		return form{shape: span}
	}
	switch t.Kind() {
	case reflect.String:
		return form{shape: text}
	case reflect.Bool:
		return form{shape: boolean}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return form{shape: integer}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return form{shape: unsigned}
	case reflect.Float32, reflect.Float64:
		return form{shape: float}
	case reflect.Struct:
		return form{shape: object, plan: PlanOf(t)}
	case reflect.Slice:
		return form{shape: list, elem: elemOf(in, t)}
	case reflect.Map:
		if t.Key().Kind() == reflect.String {
			return form{shape: table, elem: elemOf(in, t)}
		}
	}
	panic(fmt.Sprintf("jsonform: %v: %v has no form", in, t))
}

func elemOf(in, t reflect.Type) *form {
	elem := formOf(in, t.Elem())
	if elem.shape == span {
		panic(fmt.Sprintf("jsonform: %v: %v has no place for the durations' numeric twins", in, t))
	}
	return &elem
}

// memberName returns the name of a field's member, "-" for a field that is left
// out.
func memberName(in reflect.Type, f reflect.StructField) string {
	tag, tagged := f.Tag.Lookup("json")
	if !tagged {
		return snake(f.Name)
	}
	name, options, _ := strings.Cut(tag, ",")
	if options != "" || name == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r >= unicode.MaxASCII || !unicode.IsPrint(r) || r == '"' || r == '\\'
	}) {
		panic(fmt.Sprintf("jsonform: %v.%s: got tag %q, want a plain name", in, f.Name, tag))
	}
	return name
}

// snake turns PreviousAt into previous_at and VIPServed into vip_served: a word
// begins at a capital after a small letter, and at the last capital of a run
// that a small letter follows.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		if i > 0 && unicode.IsUpper(r) {
			small := i+1 < len(runes) && unicode.IsLower(runes[i+1])
			if !unicode.IsUpper(runes[i-1]) || small {
				b.WriteByte('_')
			}
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
