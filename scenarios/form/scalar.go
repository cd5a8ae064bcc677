package form

import (
	"encoding"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/cablepull/cablepull/sim/topology"
)

// ScalarText returns the text of a scalar as it stands in the file: `on` and
// `0x58` mean different things to different fields.
func ScalarText(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// Describe says what a node is, for "got …".
func Describe(n ast.Node) string {
	switch n.(type) {
	case ast.MapNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.NullNode:
		return "nothing"
	}
	text, _ := ScalarText(n)
	return strconv.Quote(cut(text, 60))
}

// wants says for special types what a value looks like, with an example.
var wants = map[reflect.Type]string{
	reflect.TypeFor[time.Duration]():  "a duration such as 5s, 20ms or 1m30s",
	reflect.TypeFor[netip.Addr]():     "an address such as 192.0.2.100",
	reflect.TypeFor[netip.Prefix]():   "an address with prefix length, such as 192.0.2.11/24",
	reflect.TypeFor[netip.AddrPort](): "an address and port, such as 192.0.2.100:80",
}

// wantOf says what a type wants, for "want …".
func (o *Format) wantOf(t reflect.Type, f Field) string {
	if own := o.own(t); own != nil {
		return own.Want
	}
	if want, special := wants[t]; special {
		return want
	}
	switch {
	case f.form == "bytes":
		return "a number of bytes, such as 64MiB"
	case f.form == "share":
		return "a percentage such as 10%"
	case len(f.rule.One) > 0:
		return topology.AnyOf("", f.rule.One)
	}
	switch t.Kind() {
	case reflect.Pointer:
		return o.wantOf(t.Elem(), f)
	case reflect.Struct:
		return "a mapping with the keys " + strings.Join(fieldNames(FieldsOf(t)), ", ") + "; {} if all are left out"
	case reflect.Map:
		return "a mapping of names; {} if there are none"
	case reflect.Slice:
		return "a list"
	case reflect.Bool:
		return "on, off, true or false"
	case reflect.String:
		return "text"
	}
	return "a whole number"
}

func (d *Decoder) scalar(n ast.Node, v reflect.Value, path []string, f Field) {
	text, isScalar := ScalarText(n)
	if !isScalar {
		d.FailNode(n, path, "got %s, want %s", Describe(n), d.format.wantOf(v.Type(), f))
		return
	}
	if err := d.format.setScalar(v, text, f); err != nil {
		d.FailNode(n, path, "%v", err)
	}
}

// setScalar reads a text into v.
func (o *Format) setScalar(v reflect.Value, text string, f Field) error {
	wrong := fmt.Errorf("got %s, want %s", strconv.Quote(cut(text, 60)), o.wantOf(v.Type(), f))
	if reader, isText := v.Addr().Interface().(encoding.TextUnmarshaler); isText {
		err := reader.UnmarshalText([]byte(text))
		if _, special := wants[v.Type()]; err != nil && (special || o.own(v.Type()) != nil) {
			return wrong
		}
		return err
	}
	switch {
	case v.Type() == reflect.TypeFor[time.Duration]():
		span, err := time.ParseDuration(text)
		if err != nil {
			return wrong
		}
		v.SetInt(int64(span))
	case f.form == "bytes":
		n, ok := parseBytes(text)
		if !ok {
			return wrong
		}
		v.SetInt(n)
	case f.form == "share":
		share, ok := parseShare(text)
		if !ok {
			return wrong
		}
		v.SetFloat(share)
	case v.Kind() == reflect.String:
		v.SetString(text)
	case v.Kind() == reflect.Bool:
		on, ok := map[string]bool{"on": true, "true": true, "off": false, "false": false}[text]
		if !ok {
			return wrong
		}
		v.SetBool(on)
	default:
		return setNumber(v, text, wrong)
	}
	return nil
}

// setNumber reads a whole number, written as in Go: 120, 0x78, 1_000.
func setNumber(v reflect.Value, text string, wrong error) error {
	base := 0
	if strings.TrimLeft(text, "0123456789") == "" {
		base = 10 // 010 is ten, whatever YAML 1.1 says
	}
	switch v.Kind() {
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, base, v.Type().Bits())
		if err != nil {
			return wrong
		}
		v.SetInt(n)
	case reflect.Uint64, reflect.Uint8:
		n, err := strconv.ParseUint(text, base, v.Type().Bits())
		if err != nil {
			return wrong
		}
		v.SetUint(n)
	default:
		return fmt.Errorf("got %q, but values of type %s cannot be read", text, v.Type())
	}
	return nil
}

// parseBytes reads 65536, 64KiB, 1MiB, 1GiB.
func parseBytes(text string) (int64, bool) {
	size := int64(1)
	for _, unit := range []struct {
		name string
		size int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}} {
		if digits, found := strings.CutSuffix(text, unit.name); found {
			text, size = digits, unit.size
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n * size, err == nil && n >= 0 && n <= math.MaxInt64/size/16
}

// parseShare reads 10% or 0.1.
func parseShare(text string) (float64, bool) {
	digits, percent := strings.CutSuffix(text, "%")
	if strings.Trim(digits, "+-.0123456789") != "" {
		return 0, false
	}
	if percent {
		digits += "e-2"
	}
	share, err := strconv.ParseFloat(digits, 64)
	return share, err == nil
}
