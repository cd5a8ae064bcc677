package form

import (
	"encoding"
	"maps"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/cablepull/cablepull/sim/topology"
)

// Decoder turns a YAML tree into Go values by reflection. It continues after a
// problem, so that all problems of a file are reported at once, and remembers
// the place of each value, so that problems found later have a place too.
type Decoder struct {
	lines    []string
	problems []Problem
	more     int              // problems that were found after ProblemMax, and not kept
	places   map[string]Place // by path, keys joined with dots
	anchors  map[string]Node
	visits   int
	depth    int
	stopped  bool
	format   *Format
}

// MayRepeat says whether the document is small enough to be read that many
// times.
func (d *Decoder) MayRepeat(times int) bool { return d.visits*times <= visitMax }

// Fork returns a decoder of the same document without problems. The two no
// longer share places.
func (d *Decoder) Fork() *Decoder {
	fork := *d
	fork.problems, fork.more, fork.places = nil, 0, maps.Clone(d.places)
	return &fork
}

func newDecoder(f *Format, data []byte) *Decoder {
	return &Decoder{
		format:  f,
		lines:   strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n"),
		places:  map[string]Place{},
		anchors: map[string]Node{},
	}
}

// Enter counts a value against the bounds and resolves anchors and aliases. It
// returns nil if there is no value to read.
func (d *Decoder) Enter(n Node, path []string) Node {
	for {
		d.visits++
		if d.visits > visitMax || d.depth > depthMax {
			if !d.stopped {
				d.FailNode(n, path, "too much nesting or repetition by aliases")
			}
			d.stopped = true
			return nil
		}
		switch node := n.(type) {
		case *ast.AnchorNode:
			name := node.Name.GetToken().Value
			if _, twice := d.anchors[name]; twice && d.anchors[name] != node.Value {
				d.FailNode(n, path, "anchor &%s appears twice in the file", name)
			}
			d.anchors[name] = node.Value
			n = node.Value
		case *ast.AliasNode:
			name := node.Value.GetToken().Value
			target, known := d.anchors[name]
			if !known {
				d.FailNode(n, path, "alias *%s: there is no anchor &%s before it", name, name)
				return nil
			}
			n = target
		case *ast.TagNode:
			d.FailNode(n, path, "tags such as %s are not supported", node.GetToken().Value)
			return nil
		default:
			return n
		}
	}
}

// Value fills into, a pointer, from a node, by the fields of its type.
func (d *Decoder) Value(n Node, into any, path []string) {
	d.decode(n, reflect.ValueOf(into).Elem(), path, Field{})
}

// decode fills v, which can be set, from n.
func (d *Decoder) decode(n Node, v reflect.Value, path []string, f Field) {
	if n = d.Enter(n, path); n == nil || d.stopped {
		return
	}
	d.depth++
	defer func() { d.depth-- }()
	d.SetPlace(path, d.PlaceOf(n))
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	if _, isNull := n.(*ast.NullNode); isNull {
		d.FailNode(n, path, "got nothing, want %s", d.format.wantOf(v.Type(), f))
		return
	}
	_, isText := v.Addr().Interface().(encoding.TextUnmarshaler)
	own := d.format.own(v.Type())
	switch {
	case own != nil && own.Decode != nil:
		own.Decode(d, n, v.Addr().Interface(), path)
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

// Entry is a key with its value.
type Entry struct {
	Name  string
	At    Place
	Value Node
}

// Entries lists the keys of a mapping, those of merged mappings last. It
// returns false if n is no mapping.
func (d *Decoder) Entries(n Node, path []string) ([]Entry, bool) {
	m, isMap := n.(ast.MapNode)
	if !isMap {
		return nil, false
	}
	var own []Entry
	var merged []Node
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
			d.Fail(at, path, "got a key that is not plain text")
		case seen[name]:
			d.Fail(at, append(path, name), "the key appears twice in the mapping")
		default:
			own = append(own, Entry{name, at, iter.Value()})
		}
		seen[name] = true
	}
	for _, from := range merged {
		for _, e := range d.mergedEntries(from, path) {
			if !seen[e.Name] {
				own, seen[e.Name] = append(own, e), true
			}
		}
	}
	return own, true
}

// mergedEntries lists the keys that a merge key brings in.
func (d *Decoder) mergedEntries(n Node, path []string) []Entry {
	if n = d.Enter(n, path); n == nil {
		return nil
	}
	d.depth++
	defer func() { d.depth-- }()
	if list, isList := n.(*ast.SequenceNode); isList {
		var all []Entry
		for _, item := range list.Values {
			all = append(all, d.mergedEntries(item, path)...)
		}
		return all
	}
	entries, isMap := d.Entries(n, path)
	if !isMap {
		d.FailNode(n, path, "got %s after <<, want an alias of a mapping", Describe(n))
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

func (d *Decoder) structure(n Node, v reflect.Value, path []string) {
	fields := FieldsOf(v.Type())
	entries, isMap := d.Entries(n, path)
	if !isMap {
		short, hasShort := shortField(fields)
		if !hasShort {
			d.FailNode(n, path, "got %s, want %s", Describe(n), d.format.wantOf(v.Type(), Field{}))
			return
		}
		d.decode(n, v.FieldByIndex(short.index), append(path, short.Name), short)
		return
	}
	for _, e := range entries {
		if d.stopped {
			return
		}
		at := topology.At(path, e.Name)
		f, known := findField(fields, e.Name)
		if !known && d.full() {
			d.more++
			continue
		}
		if !known {
			d.Fail(e.At, at, "unknown key, want %s", topology.AnyOf(e.Name, fieldNames(fields)))
			continue
		}
		d.SetPlace(at, e.At)
		before := d.found()
		d.decode(e.Value, v.FieldByIndex(f.index), at, f)
		d.explicitZero(e, v.FieldByIndex(f.index), at, f, d.found() > before)
	}
}

// explicitZero reports a zero that was written where zero means "left out",
// because the default would silently replace it.
func (d *Decoder) explicitZero(e Entry, v reflect.Value, path []string, f Field, failed bool) {
	if failed || d.stopped || !v.IsZero() || v.Kind() == reflect.Pointer {
		return
	}
	message := f.rule.CheckZero(v)
	if text, isScalar := ScalarText(e.Value); message == "" && f.rule.Required && isScalar && text == "" {
		message = "got an empty text, want " + d.format.wantOf(v.Type(), f)
	}
	if message != "" {
		d.FailNode(e.Value, path, "%s", message)
	}
}

func (d *Decoder) mapping(n Node, v reflect.Value, path []string, f Field) {
	entries, isMap := d.Entries(n, path)
	if !isMap {
		d.FailNode(n, path, "got %s, want %s", Describe(n), d.format.wantOf(v.Type(), f))
		return
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(entries)))
	for _, e := range entries {
		at := topology.At(path, e.Name)
		d.SetPlace(at, e.At)
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(e.Value, value, at, Field{})
		if d.stopped {
			return
		}
		// Problems of a named thing as a whole are reported at its name.
		d.SetPlace(at, e.At)
		v.SetMapIndex(reflect.ValueOf(e.Name), value)
	}
}

func (d *Decoder) list(n Node, v reflect.Value, path []string, f Field) {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		d.FailNode(n, path, "got %s, want %s", Describe(n), d.format.wantOf(v.Type(), f))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(list.Values), len(list.Values)))
	for i, item := range list.Values {
		d.decode(item, v.Index(i), topology.At(path, strconv.Itoa(i)), Field{form: f.form})
		if d.stopped {
			return
		}
	}
}

// Items returns the values of a list, and false if n is not a list.
func (d *Decoder) Items(n Node) ([]Node, bool) {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		return nil, false
	}
	return list.Values, true
}
