package jsonform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ErrForm is wrapped by every error of this package: the JSON is sound or not,
// but it is not what the type asks for.
var ErrForm = errors.New("not in the form of the bench's JSON")

// Member is one member of a JSON object, its value unread.
type Member struct {
	Name  string
	Value []byte
}

// Read reads the JSON object data into the struct that v points to. A member
// that the type does not have, a member twice, and a duration that differs from
// its numeric twin are errors; members that are missing leave their field
// alone, and of a duration either of the two will do.
func Read(data []byte, v any) error {
	value := reflect.ValueOf(v).Elem()
	return PlanOf(value.Type()).Read(data, value)
}

// Read reads the JSON object data into v, which is of the plan's type and can
// be set.
func (p *Plan) Read(data []byte, v reflect.Value) error {
	members, err := Members(data)
	if err != nil {
		return err
	}
	return p.ReadMembers(members, v)
}

// ReadMembers is Read for a caller that has split the object already.
func (p *Plan) ReadMembers(members []Member, v reflect.Value) error {
	spans := map[int]time.Duration{} // by field: what one of the twins said
	for _, m := range members {
		f := p.find(m.Name)
		if f == nil {
			return fmt.Errorf("%w: member %q: not known, want one of %s", ErrForm, m.Name, strings.Join(p.Names(), ", "))
		}
		if err := f.read(m, v.Field(f.index)); err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
		if f.form.shape != span {
			continue
		}
		got := time.Duration(v.Field(f.index).Int())
		if said, twice := spans[f.index]; twice && said != got {
			return fmt.Errorf("%w: member %q: got %v, but its twin says %v", ErrForm, m.Name, got, said)
		}
		spans[f.index] = got
	}
	return nil
}

// Members splits a JSON object. Names are unique.
func Members(data []byte) ([]Member, error) {
	rest := bytes.Trim(data, space)
	if len(rest) == 0 || rest[0] != '{' {
		return nil, wrong(data, "an object")
	}
	if !json.Valid(rest) { // from here on the text is known to be sound
		var value json.RawMessage
		return nil, fmt.Errorf("%w: %w", ErrForm, json.Unmarshal(rest, &value))
	}
	var members []Member
	seen := map[string]bool{}
	for rest = past(rest, 1); rest[0] != '}'; {
		size := valueSize(rest)
		name, err := Text(rest[:size])
		if err != nil {
			return nil, err
		}
		if seen[name] {
			return nil, fmt.Errorf("%w: member %q: given twice", ErrForm, name)
		}
		seen[name] = true
		rest = past(rest, size)
		rest = past(rest, len(":"))
		size = valueSize(rest)
		members = append(members, Member{name, rest[:size]})
		if rest = past(rest, size); rest[0] == ',' {
			rest = past(rest, len(","))
		}
	}
	return members, nil
}

// space is what may stand between the tokens of JSON (RFC 8259 §2): less than
// what Unicode calls space.
const space = " \t\r\n"

// past returns what follows the first size bytes and the space after them.
func past(data []byte, size int) []byte { return bytes.TrimLeft(data[size:], space) }

// valueSize returns the length of the JSON value with which sound JSON begins.
func valueSize(data []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
			if !quoted && depth == 0 {
				return i + 1
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			} else if depth < 0 {
				return i // the end of what encloses a bare value
			}
		case depth == 0 && strings.IndexByte(",:"+space, c) >= 0:
			return i
		}
	}
	return len(data)
}

func (p *Plan) find(name string) *field {
	for i := range p.fields {
		f := &p.fields[i]
		if f.name == name || f.twin != "" && strings.TrimSuffix(name, "_ns") == f.name {
			return f
		}
	}
	return nil
}

func (f *field) read(m Member, v reflect.Value) error {
	if m.Name == f.name {
		return f.form.read(m.Value, v)
	}
	ns, err := strconv.ParseInt(string(m.Value), 10, 64)
	if err != nil {
		return wrong(m.Value, "nanoseconds")
	}
	v.SetInt(ns)
	return nil
}

func (f *form) read(data []byte, v reflect.Value) error {
	switch f.shape {
	case text:
		s, err := Text(data)
		v.SetString(s)
		return err
	case span:
		d, err := Duration(data)
		v.SetInt(int64(d))
		return err
	case boolean:
		b, err := strconv.ParseBool(string(data))
		if err != nil || len(data) < len("true") {
			return wrong(data, "true or false")
		}
		v.SetBool(b)
		return nil
	case integer, unsigned, float:
		return f.readNumber(string(data), v)
	case list:
		return f.readList(data, v)
	case table:
		return f.readTable(data, v)
	default:
		return f.plan.Read(data, v)
	}
}

func (f *form) readNumber(data string, v reflect.Value) error {
	bits := v.Type().Bits()
	var err error
	switch f.shape {
	case integer:
		var i int64
		i, err = strconv.ParseInt(data, 10, bits)
		v.SetInt(i)
	case unsigned:
		var u uint64
		u, err = strconv.ParseUint(data, 10, bits)
		v.SetUint(u)
	default:
		number := math.NaN() // which null stands for
		if data != "null" {
			number, err = strconv.ParseFloat(data, bits)
		}
		v.SetFloat(number)
	}
	if err != nil {
		return wrong([]byte(data), fmt.Sprintf("a number that fits %v", v.Type()))
	}
	return nil
}

func (f *form) readList(data []byte, v reflect.Value) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil || items == nil {
		return wrong(data, "an array")
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		if err := f.elem.read(item, v.Index(i)); err != nil {
			return fmt.Errorf("item %d: %w", i, err)
		}
	}
	return nil
}

func (f *form) readTable(data []byte, v reflect.Value) error {
	members, err := Members(data)
	if err != nil {
		return err
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(members)))
	for _, m := range members {
		value := reflect.New(v.Type().Elem()).Elem()
		if err := f.elem.read(m.Value, value); err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
		v.SetMapIndex(reflect.ValueOf(m.Name).Convert(v.Type().Key()), value)
	}
	return nil
}

// Text reads a JSON string.
func Text(data []byte) (string, error) {
	var s string
	if inner, plain := unquoted(data); plain {
		return string(inner), nil
	}
	if err := json.Unmarshal(data, &s); err != nil || data[0] != '"' {
		return "", wrong(data, "a string")
	}
	return s, nil
}

// unquoted returns what stands between the quotes of a JSON string, if it means
// just what it says.
func unquoted(data []byte) ([]byte, bool) {
	if len(data) < 2 || data[0] != '"' || data[len(data)-1] != '"' {
		return nil, false
	}
	inner := data[1 : len(data)-1]
	for _, c := range inner {
		if c < ' ' || c >= utf8.RuneSelf || c == '"' || c == '\\' {
			return nil, false
		}
	}
	return inner, true
}

// Duration reads a JSON string that holds a Go duration.
func Duration(data []byte) (time.Duration, error) {
	s, err := Text(data)
	if err != nil {
		return 0, wrong(data, "a duration such as \"12.5s\"")
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return 0, wrong(data, "a duration such as \"12.5s\"")
	}
	return d, nil
}

func wrong(got []byte, want string) error {
	return fmt.Errorf("%w: got %.40q, want %s", ErrForm, got, want)
}
