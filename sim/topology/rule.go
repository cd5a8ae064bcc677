package topology

import (
	"cmp"
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rule says which values a field may hold. It comes from the field's jsonschema
// tag, so that the loader, Validate and the printed schema agree:
// `jsonschema:"required,enum=on,enum=off,minimum=1,maximum=255"`. Bounds of
// durations are durations. Without a minimum, numbers are at least 0.
type Rule struct {
	Required bool
	One      []string // allowed texts; empty: any
	Min, Max string   // as written in the tag; empty: none
	Default  string   // for which zero stands, as the doc tag says, such as 3s; empty: none, or zero itself
}

// durationMax keeps sums of instants and spans far from overflowing.
const durationMax = "876000h" // 100 years

var durationType = reflect.TypeFor[time.Duration]()

// RuleOf returns the rule of a struct field.
func RuleOf(f reflect.StructField) Rule {
	var r Rule
	for part := range strings.SplitSeq(f.Tag.Get("jsonschema"), ",") {
		name, value, _ := strings.Cut(part, "=")
		switch name {
		case "required":
			r.Required = true
		case "enum":
			r.One = append(r.One, value)
		case "minimum":
			r.Min = value
		case "maximum":
			r.Max = value
		}
	}
	r.Min = cmp.Or(r.Min, "0")
	if f.Type == durationType || f.Type == reflect.PointerTo(durationType) {
		r.Max = cmp.Or(r.Max, durationMax)
	}
	if f.Type.Kind() == reflect.Int || f.Type.Kind() == reflect.Int64 || f.Type.Kind() == reflect.Float64 {
		r.Default = defaultOf(f.Tag.Get("doc"))
	}
	return r
}

// defaultOf returns the default that the doc of a number names: what follows
// "(default", if it is a number other than zero.
func defaultOf(doc string) string {
	_, text, _ := strings.Cut(doc, "(default")
	text = strings.TrimLeft(text, ": ")
	if end := strings.IndexAny(text, ",;:)"); end >= 0 {
		text = text[:end]
	}
	if text == "" || text[0] < '0' || text[0] > '9' || strings.Trim(text, "0s%") == "" {
		return ""
	}
	return text
}

// CheckZero says what is wrong with a zero that was written, where one that is
// left out stands for the default; or it returns "".
func (r Rule) CheckZero(v reflect.Value) string {
	if message := r.Check(v); message != "" || r.Default == "" {
		return message
	}
	return fmt.Sprintf("got %v, want more: left out, it is %s", v.Interface(), r.Default)
}

// Check says what is wrong with a value, or returns "".
func (r Rule) Check(v reflect.Value) string {
	switch {
	case v.Type() == durationType:
		low, _ := time.ParseDuration(r.Min)
		high, _ := time.ParseDuration(r.Max)
		if d := time.Duration(v.Int()); d < low || d > high {
			return fmt.Sprintf("got %s, want %s", d, r.spans(d < low))
		}
	case v.CanInt():
		return r.checkNumber(float64(v.Int()), strconv.FormatInt(v.Int(), 10))
	case v.CanFloat():
		return r.checkNumber(v.Float(), strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case v.Kind() == reflect.String && len(r.One) > 0 && !slices.Contains(r.One, v.String()):
		return fmt.Sprintf("got %q, want %s", v.String(), AnyOf(v.String(), r.One))
	}
	return ""
}

func (r Rule) checkNumber(n float64, text string) string {
	low, _ := strconv.ParseFloat(r.Min, 64)
	high, err := strconv.ParseFloat(r.Max, 64)
	if n >= low && (err != nil || n <= high) {
		return ""
	}
	return fmt.Sprintf("got %s, want %s", text, r.bounds())
}

func (r Rule) bounds() string {
	if r.Max == "" {
		return "at least " + r.Min
	}
	return r.Min + " to " + r.Max
}

// spans are the bounds of a duration, or the one that matters if the other one
// is only there to prevent an overflow.
func (r Rule) spans(low bool) string {
	switch {
	case r.Max != durationMax:
		return r.Min + " to " + r.Max
	case !low:
		return "at most " + r.Max
	case r.Min == "1ns":
		return "more than 0s"
	}
	return "at least " + r.Min
}

// listMax is how many words are listed next to the one that is probably meant:
// a longer list would hide it.
const listMax = 40

// AnyOf lists the allowed words, and suggests the one that got probably means.
// Of many words it then lists none.
func AnyOf(got string, allowed []string) string {
	if len(allowed) == 0 {
		return "none"
	}
	text := allowed[0]
	if last := len(allowed) - 1; last > 0 {
		text = strings.Join(allowed[:last], ", ") + " or " + allowed[last]
	}
	if near := Nearest(got, allowed); near != "" {
		if len(allowed) > listMax {
			text = fmt.Sprintf("one of %d", len(allowed))
		}
		text += fmt.Sprintf(" (did you mean %q?)", near)
	}
	return text
}

// CheckFields checks every field of a struct, nested ones included, against its
// rule, or asks it if its type has the method Problem. Zero values pass: they
// stand for the default.
func CheckFields(v any) []Problem { return checkFields(reflect.ValueOf(v), nil) }

func checkFields(v reflect.Value, path []string) []Problem {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return checkFields(v.Elem(), path)
	case reflect.Map:
		return checkMap(v, path)
	case reflect.Slice:
		var problems []Problem
		for i := range v.Len() {
			problems = append(problems, checkFields(v.Index(i), At(path, strconv.Itoa(i)))...)
		}
		return problems
	case reflect.Struct:
		if own, is := v.Interface().(interface{ Problem() string }); is && own.Problem() != "" {
			return []Problem{{Path: path, Message: own.Problem()}}
		}
		if _, isText := v.Interface().(encoding.TextMarshaler); isText {
			return nil
		}
		return checkStruct(v, path)
	}
	return nil
}

func checkMap(v reflect.Value, path []string) []Problem {
	if v.Type().Key().Kind() != reflect.String {
		return nil
	}
	byName := map[string]reflect.Value{}
	for key, value := range v.Seq2() {
		byName[key.String()] = value
	}
	var problems []Problem
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		problems = append(problems, checkFields(byName[name], At(path, name))...)
	}
	return problems
}

// ruled is a field of a struct that has a key or is embedded.
type ruled struct {
	index int
	name  string // empty: its own fields belong to the struct
	rule  Rule
}

// rulesOfTypes holds what ruledFields has read: parsing the tags of all structs
// takes most of the time of a check.
var rulesOfTypes sync.Map // reflect.Type → []ruled

func ruledFields(t reflect.Type) []ruled {
	if known, is := rulesOfTypes.Load(t); is {
		return known.([]ruled)
	}
	var fields []ruled
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name != "-" && (name != "" || f.Anonymous) {
			fields = append(fields, ruled{i, name, RuleOf(f)})
		}
	}
	rulesOfTypes.Store(t, fields)
	return fields
}

func checkStruct(v reflect.Value, path []string) []Problem {
	var problems []Problem
	for _, f := range ruledFields(v.Type()) {
		name, rule, value, at := f.name, f.rule, v.Field(f.index), path
		if name != "" {
			at = At(path, name)
		}
		problems = append(problems, checkFields(value, at)...)
		pointsAt := value
		if value.Kind() == reflect.Pointer && !value.IsNil() {
			pointsAt = value.Elem()
		}
		switch {
		case value.IsZero() && rule.Required:
			problems = append(problems, Problem{Path: path, Message: name + " is missing"})
		case !value.IsZero():
			if message := rule.Check(pointsAt); message != "" {
				problems = append(problems, Problem{Path: at, Message: message})
			}
		}
	}
	return problems
}

// At appends keys to a copy of a path.
func At(path []string, keys ...string) []string { return slices.Concat(path, keys) }
