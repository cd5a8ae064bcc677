package form

import (
	"bytes"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/invopop/jsonschema"
)

// Node is a value as it stands in a document.
type Node = ast.Node

// Format is a kind of document: what it is called, and the types in it that are
// not read by their fields alone.
type Format struct {
	Noun  string // what errors call a document, such as scenario
	Types []Type
	Fixed []string // keys of the document that no path leads to
	// Definitions are those to which the schemas of types refer, beside structs;
	// nil: none.
	Definitions func() jsonschema.Definitions
}

// Type is a type whose values have a form of their own in a document.
type Type struct {
	Type reflect.Type
	Want string // what a value looks like, with an example, for "want …"
	// Decode fills into, a pointer to a value of the type; nil: the type reads its
	// own text (encoding.TextUnmarshaler).
	Decode func(d *Decoder, n Node, into any, path []string)
	Schema func() *jsonschema.Schema
	Also   []reflect.Type // structs that the schema refers to by name
}

// own returns the entry of a type, nil if it is read by its fields or its kind.
func (o *Format) own(t reflect.Type) *Type {
	i := slices.IndexFunc(o.Types, func(own Type) bool { return own.Type == t })
	if i < 0 {
		return nil
	}
	return &o.Types[i]
}

// byteOrderMark is what some editors put before UTF-8 text.
var byteOrderMark = []byte("\xef\xbb\xbf")

// Decode reads a document into a struct and remembers where everything stood.
// The problems are the decoder's; done is false if nothing was read, or not
// all.
func (o *Format) Decode(data []byte, into any) (d *Decoder, done bool) {
	data = bytes.TrimPrefix(data, byteOrderMark)
	d = newDecoder(o, data)
	v := reflect.ValueOf(into).Elem()
	root, wrong := parseYAML(data, o.Noun)
	switch {
	case wrong != nil:
		d.Fail(wrong.at, nil, "%s", wrong.message)
	case root == nil:
		d.Fail(Place{1, 1}, nil, "the file is empty, want a mapping with the keys %s", strings.Join(fieldNames(FieldsOf(v.Type())), ", "))
	default:
		d.decode(root, v, nil, Field{})
		return d, !d.stopped && d.more == 0
	}
	return d, false
}

// Blank returns a decoder of no document, for values that were written in Go.
// Its problems have no places.
func (o *Format) Blank() *Decoder {
	d := newDecoder(o, nil)
	d.lines = nil
	return d
}
