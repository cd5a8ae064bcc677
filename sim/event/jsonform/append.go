package jsonform

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// Append appends the JSON of the struct v. It panics where PlanOf does.
func Append(dst []byte, v any) []byte {
	value := reflect.ValueOf(v)
	plan, ok := plans.Load(value.Type())
	if !ok {
		plan, _ = plans.LoadOrStore(value.Type(), PlanOf(value.Type()))
	}
	return plan.(*Plan).Append(dst, value)
}

// plans are the plans that Append has used, by type: a sweep writes thousands
// of reports.
var plans sync.Map

// Append appends the JSON object of v, which is of the plan's type.
func (p *Plan) Append(dst []byte, v reflect.Value) []byte {
	open := len(dst)
	dst = p.AppendMembers(dst, v)
	if len(dst) == open {
		return append(dst, "{}"...)
	}
	dst[open] = '{' // in the place of the first comma
	return append(dst, '}')
}

// AppendMembers appends the members of v's JSON object without its braces, each
// with a comma before it, for a caller that writes an object around them.
func (p *Plan) AppendMembers(dst []byte, v reflect.Value) []byte {
	for i := range p.fields {
		f := &p.fields[i]
		dst = append(dst, f.key...)
		dst = f.form.append(dst, v.Field(f.index))
		if f.twin != "" {
			dst = append(dst, f.twin...)
			dst = strconv.AppendInt(dst, v.Field(f.index).Int(), 10)
		}
	}
	return dst
}

// Text returns the value of one member of v as people write it: a string
// without its quotes, a duration as Go prints it, the rest as in JSON. It
// reports whether there is such a member; the numeric twins of durations are
// none.
func (p *Plan) Text(v reflect.Value, name string) (string, bool) {
	for i := range p.fields {
		f := &p.fields[i]
		if f.name != name {
			continue
		}
		value := v.Field(f.index)
		switch f.form.shape {
		case text:
			return value.String(), true
		case span:
			return time.Duration(value.Int()).String(), true
		default:
			return string(f.form.append(nil, value)), true
		}
	}
	return "", false
}

func (f *form) append(dst []byte, v reflect.Value) []byte {
	switch f.shape {
	case text:
		return AppendText(dst, v.String())
	case boolean:
		return strconv.AppendBool(dst, v.Bool())
	case integer:
		return strconv.AppendInt(dst, v.Int(), 10)
	case unsigned:
		return strconv.AppendUint(dst, v.Uint(), 10)
	case float:
		return appendFloat(dst, v.Float(), v.Type().Bits())
	case span:
		dst = append(dst, '"')
		dst = AppendDuration(dst, time.Duration(v.Int()))
		return append(dst, '"')
	case list:
		return f.appendList(dst, v)
	case table:
		return f.appendTable(dst, v)
	default:
		return f.plan.Append(dst, v)
	}
}

func (f *form) appendList(dst []byte, v reflect.Value) []byte {
	dst = append(dst, '[')
	for i := range v.Len() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.elem.append(dst, v.Index(i))
	}
	return append(dst, ']')
}

func (f *form) appendTable(dst []byte, v reflect.Value) []byte {
	values := map[string]reflect.Value{}
	for key, value := range v.Seq2() {
		values[key.String()] = value
	}
	dst = append(dst, '{')
	for i, key := range slices.Sorted(maps.Keys(values)) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendText(dst, key)
		dst = append(dst, ':')
		dst = f.elem.append(dst, values[key])
	}
	return append(dst, '}')
}

func appendFloat(dst []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, bits)
}

// AppendText appends s as a JSON string.
func AppendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	plain := 0 // s[plain:i] needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		dst = append(dst, s[plain:i]...)
		dst = appendEscaped(dst, c)
		i += size
		plain = i
	}
	dst = append(dst, s[plain:]...)
	return append(dst, '"')
}

// appendEscaped appends a byte that may not stand in a JSON string: a control
// character, a quote, a backslash, or a part of what is not UTF-8.
func appendEscaped(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c >= utf8.RuneSelf:
		return append(dst, "\ufffd"...)
	case c == '"' || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, '\\', 'n')
	case c == '\t':
		return append(dst, '\\', 't')
	default:
		return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	}
}
