package scenarios

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"github.com/cablepull/cablepull/sim/topology"
)

// decoder turns a YAML tree into Go values by reflection. It goes on after a
// problem, so that all problems of a file are told at once, and remembers where
// each value stood, so that what is found later can be told at its place.
type decoder struct {
	lines    []string
	problems []Problem
	places   map[string]place // by path, keys joined with dots
	anchors  map[string]ast.Node
	visits   int
	depth    int
	stopped  bool
}

func newDecoder(data []byte) *decoder {
	return &decoder{
		lines:   strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"),
		places:  map[string]place{},
		anchors: map[string]ast.Node{},
	}
}

// fail records a problem at a place.
func (d *decoder) fail(at place, path []string, format string, args ...any) {
	if len(d.problems) >= problemMax {
		d.stopped = true
		return
	}
	d.problems = append(d.problems, Problem{
		Path: cut(strings.Join(path, "."), 200), Line: at.line, Column: at.column,
		Excerpt: excerpt(d.lines, at), Message: cut(fmt.Sprintf(format, args...), 1000),
	})
}

// cut shortens what a hostile file made long.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

func (d *decoder) failNode(n ast.Node, path []string, format string, args ...any) {
	d.fail(d.placeOf(n), path, format, args...)
}

// placeOf is where a reader would look for a node: a block mapping begins at
// its first key, not at its first colon.
func (d *decoder) placeOf(n ast.Node) place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return placeOf(m.Values[0].Key.GetToken())
	}
	return placeOf(n.GetToken())
}

// enter counts a value against the bounds and sees through anchors and
// aliases. It returns nil if there is no value to go on with.
func (d *decoder) enter(n ast.Node, path []string) ast.Node {
	for {
		d.visits++
		if d.visits > visitMax || d.depth > depthMax {
			if !d.stopped {
				d.failNode(n, path, "too much is nested or repeated by aliases here")
			}
			d.stopped = true
			return nil
		}
		switch node := n.(type) {
		case *ast.AnchorNode:
			name := node.Name.GetToken().Value
			if _, twice := d.anchors[name]; twice && d.anchors[name] != node.Value {
				d.failNode(n, path, "anchor &%s stands in the file twice", name)
			}
			d.anchors[name] = node.Value
			n = node.Value
		case *ast.AliasNode:
			name := node.Value.GetToken().Value
			target, known := d.anchors[name]
			if !known {
				d.failNode(n, path, "alias *%s: there is no anchor &%s before it", name, name)
				return nil
			}
			n = target
		case *ast.TagNode:
			d.failNode(n, path, "tags such as %s mean nothing here", node.GetToken().Value)
			return nil
		default:
			return n
		}
	}
}

// decode fills v, which can be set, from n.
func (d *decoder) decode(n ast.Node, v reflect.Value, path []string, f field) {
	if n = d.enter(n, path); n == nil || d.stopped {
		return
	}
	d.depth++
	defer func() { d.depth-- }()
	d.places[strings.Join(path, ".")] = d.placeOf(n)
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if _, isNull := n.(*ast.NullNode); isNull {
		d.failNode(n, path, "got nothing, want %s", wantOf(v.Type(), f))
		return
	}
	_, isText := v.Addr().Interface().(encoding.TextUnmarshaler)
	switch {
	case v.Type() == reflect.TypeFor[[]Step]():
		d.timeline(n, v.Addr().Interface().(*[]Step), path)
	case v.Type() == reflect.TypeFor[[]Expectation]():
		d.expectations(n, v.Addr().Interface().(*[]Expectation), path)
	case isText || v.Kind() != reflect.Struct && v.Kind() != reflect.Map && v.Kind() != reflect.Slice:
		d.scalar(n, v, path, f)
	case v.Kind() == reflect.Struct:
		d.structure(n, v, path)
	case v.Kind() == reflect.Map:
		d.mapping(n, v, path, f)
	default:
		d.list(n, v, path, f)
	}
}

// entry is a key with its value.
type entry struct {
	name  string
	at    place
	value ast.Node
}

// entries lists the keys of a mapping, those of merged mappings last. It
// returns false if n is no mapping.
func (d *decoder) entries(n ast.Node, path []string) ([]entry, bool) {
	m, isMap := n.(ast.MapNode)
	if !isMap {
		return nil, false
	}
	var own []entry
	var merged []ast.Node
	seen := map[string]bool{}
	for iter := m.MapRange(); iter.Next(); {
		key := iter.Key()
		at := placeOf(key.GetToken())
		if key.IsMergeKey() {
			merged = append(merged, iter.Value())
			continue
		}
		name, isText := keyText(key)
		switch {
		case !isText:
			d.fail(at, path, "got a key that is no plain text")
		case seen[name]:
			d.fail(at, append(path, name), "the key stands in the mapping twice")
		default:
			own = append(own, entry{name, at, iter.Value()})
		}
		seen[name] = true
	}
	for _, from := range merged {
		for _, e := range d.mergedEntries(from, path) {
			if !seen[e.name] {
				own, seen[e.name] = append(own, e), true
			}
		}
	}
	return own, true
}

// mergedEntries lists the keys that a merge key brings in.
func (d *decoder) mergedEntries(n ast.Node, path []string) []entry {
	if n = d.enter(n, path); n == nil {
		return nil
	}
	d.depth++
	defer func() { d.depth-- }()
	if list, isList := n.(*ast.SequenceNode); isList {
		var all []entry
		for _, item := range list.Values {
			all = append(all, d.mergedEntries(item, path)...)
		}
		return all
	}
	entries, isMap := d.entries(n, path)
	if !isMap {
		d.failNode(n, path, "got %s after <<, want an alias of a mapping", describe(n))
	}
	return entries
}

// keyText returns the text of a plain key.
func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return k.GetToken().Value, true
	}
	return "", false
}

func (d *decoder) structure(n ast.Node, v reflect.Value, path []string) {
	fields := fieldsOf(v.Type())
	entries, isMap := d.entries(n, path)
	if !isMap {
		short, hasShort := shortField(fields)
		if !hasShort {
			d.failNode(n, path, "got %s, want %s", describe(n), wantOf(v.Type(), field{}))
			return
		}
		d.decode(n, v.FieldByIndex(short.index), append(path, short.name), short)
		return
	}
	for _, e := range entries {
		if d.stopped {
			return
		}
		at := topology.At(path, e.name)
		f, known := findField(fields, e.name)
		if !known {
			d.fail(e.at, at, "unknown key, want %s", topology.AnyOf(e.name, fieldNames(fields)))
			continue
		}
		d.places[strings.Join(at, ".")] = e.at
		before := len(d.problems)
		d.decode(e.value, v.FieldByIndex(f.index), at, f)
		d.explicitZero(e, v.FieldByIndex(f.index), at, f, len(d.problems) > before)
	}
}

// explicitZero reports a zero that was written where zero means "left out":
// the default would silently take its place.
func (d *decoder) explicitZero(e entry, v reflect.Value, path []string, f field, failed bool) {
	if failed || d.stopped || !v.IsZero() || v.Kind() == reflect.Pointer {
		return
	}
	if message := f.rule.Check(v); message != "" {
		d.failNode(e.value, path, "%s", message)
	}
}

func (d *decoder) mapping(n ast.Node, v reflect.Value, path []string, f field) {
	entries, isMap := d.entries(n, path)
	if !isMap {
		d.failNode(n, path, "got %s, want %s", describe(n), wantOf(v.Type(), f))
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	for _, e := range entries {
		at := topology.At(path, e.name)
		d.places[strings.Join(at, ".")] = e.at
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(e.value, value, at, field{})
		if d.stopped {
			return
		}
		// What is wrong with the whole of a named thing is told at its name.
		d.places[strings.Join(at, ".")] = e.at
		v.SetMapIndex(reflect.ValueOf(e.name), value)
	}
}

func (d *decoder) list(n ast.Node, v reflect.Value, path []string, f field) {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		d.failNode(n, path, "got %s, want %s", describe(n), wantOf(v.Type(), f))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		d.decode(item, v.Index(i), topology.At(path, strconv.Itoa(i)), field{form: f.form})
		if d.stopped {
			return
		}
	}
}
