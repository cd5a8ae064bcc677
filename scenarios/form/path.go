package form

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// AnyName in a path means every name.
const AnyName = "*"

// Set gives everything that a path leads to, in a struct, the value that a text
// stands for, written as in a document. A path is keys joined by dots, such as
// nodes.a.standby.lan.priority; AnyName stands for all names that lead on. What
// is wrong with the path or the value is returned without places.
func (o *Format) Set(into any, path, value string) []Problem {
	n, problem := o.parse(value)
	if problem != "" {
		return []Problem{{Path: path, Message: problem}}
	}
	d := o.Blank()
	d.Set(into, path, n, Place{})
	return d.problems
}

// parse reads a value that stands alone.
func (o *Format) parse(value string) (n Node, problem string) {
	n, wrong := parseYAML([]byte(value), "value")
	switch {
	case wrong != nil:
		return nil, wrong.message
	case n == nil:
		return nil, "got nothing, want a value"
	}
	return n, ""
}

// Set is Format.Set with a value of the document. Problems of the path are put
// at the place where it stands, those of the value at the value, where problems
// of what was set are put from now on, too.
func (d *Decoder) Set(into any, path string, n Node, at Place) {
	s := setting{d: d, text: path, keys: strings.Split(path, "."), value: n, at: at}
	before := d.found()
	s.set(reflect.ValueOf(into).Elem(), 0, nil, Field{}, false)
	if s.count == 0 && d.found() == before {
		s.fail(s.missingKey, "%s", s.missing)
	}
}

// setting is one call of Set.
type setting struct {
	d     *Decoder
	text  string
	keys  []string
	value Node
	at    Place // of the path
	count int   // of what has been set

	missing    string // why the first of several names leads nowhere
	missingKey int
	said       []string // what was wrong so far
}

// fail records what is wrong with a key of the path, once: it may be wrong for
// each of several names.
func (s *setting) fail(key int, format string, args ...any) {
	said := fmt.Sprintf(format, args...)
	if slices.Contains(s.said, said) {
		return
	}
	s.said = append(s.said, said)
	at := s.at
	for _, before := range s.keys[:key] {
		at.Column += len([]rune(before)) + len(".")
	}
	s.d.Fail(at, []string{s.text}, "%s", said)
}

// absent says that a key does not exist here. With several names it may still
// exist under another one.
func (s *setting) absent(key int, several bool, format string, args ...any) {
	if !several {
		s.fail(key, format, args...)
		s.count++ // it has been reported
		return
	}
	if s.missing == "" {
		s.missing, s.missingKey = fmt.Sprintf(format, args...), key
	}
}

// set follows the path from its key with number i on; path is what leads to v,
// by its names, and several says whether it is one of several.
func (s *setting) set(v reflect.Value, i int, path []string, f Field, several bool) {
	if i == len(s.keys) {
		s.assign(v, path, f)
		return
	}
	key := s.keys[i]
	if own := s.d.format.own(v.Type()); own != nil {
		s.fail(i, "%s has no keys that a path could lead to", strings.Join(path, "."))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			s.absent(i-1, several, "there is no %s", strings.Join(path, "."))
			return
		}
		s.set(v.Elem(), i, path, f, several)
	case reflect.Struct:
		fields := s.d.format.settable(v.Type(), i)
		f, known := findField(fields, key)
		if !known {
			s.fail(i, "unknown key %q, want %s", key, topology.AnyOf(key, fieldNames(fields)))
			return
		}
		s.set(v.FieldByIndex(f.index), i+1, topology.At(path, key), f, several)
	case reflect.Map:
		s.setNames(v, i, path, several)
	case reflect.Slice:
		n, err := strconv.Atoi(key)
		if err != nil || n < 0 || n >= v.Len() {
			s.absent(i, several, "%s: got %q, want the number of an item, from 0 to %d", strings.Join(path, "."), key, v.Len()-1)
			return
		}
		s.set(v.Index(n), i+1, topology.At(path, key), Field{form: f.form}, several)
	default:
		s.fail(i, "%s has no keys that a path could lead to", strings.Join(path, "."))
	}
}

// setNames follows the path through one name of a mapping, or through all.
func (s *setting) setNames(v reflect.Value, i int, path []string, several bool) {
	var names []string
	for _, name := range v.MapKeys() { // order: sorted below
		names = append(names, name.String())
	}
	slices.Sort(names)
	chosen := names
	if key := s.keys[i]; key != AnyName {
		if !slices.Contains(names, key) {
			s.absent(i, several, "there is no %q in %s, want %s", key, strings.Join(path, "."), topology.AnyOf(key, append(slices.Clone(names), AnyName)))
			return
		}
		chosen = []string{key}
	} else {
		several = true
		if len(names) == 0 {
			s.absent(i, several, "there is nothing in %s", strings.Join(path, "."))
		}
	}
	for _, name := range chosen {
		// What a map holds cannot be changed in its place.
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(reflect.ValueOf(name)))
		s.set(value, i+1, topology.At(path, name), Field{}, several)
		v.SetMapIndex(reflect.ValueOf(name), value)
	}
}

// assign fills what the path leads to.
func (s *setting) assign(v reflect.Value, path []string, f Field) {
	s.count++
	before := s.d.found()
	v.SetZero()
	s.d.decode(s.value, v, path, f)
	s.d.SetPlace(path, s.d.PlaceOf(s.value))
	s.d.explicitZero(Entry{Value: s.value}, v, path, f, s.d.found() > before)
}

// settable lists the keys of a struct that a path may lead to.
func (o *Format) settable(t reflect.Type, depth int) []Field {
	fields := FieldsOf(t)
	if depth == 0 {
		fields = slices.DeleteFunc(fields, func(f Field) bool { return slices.Contains(o.Fixed, f.Name) })
	}
	return fields
}
