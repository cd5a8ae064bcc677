package form

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/sim/topology"
)

// ErrNoScalar is wrapped by the error for a path that leads to no single value.
var ErrNoScalar = errors.New("it is no single value")

// Get returns the value to which a path leads, as a document would have it.
// Paths are those of Set; AnyName stands for the first name that leads on.
func (o *Format) Get(from any, path string) (string, error) {
	v, f := reflect.ValueOf(from), Field{}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return o.get(v, f, strings.Split(path, "."), nil)
}

// get follows the rest of a path from v on.
func (o *Format) get(v reflect.Value, f Field, rest, path []string) (string, error) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return "", fmt.Errorf("%s: it is not set", strings.Join(path, "."))
		}
		return o.get(v.Elem(), f, rest, path)
	}
	if len(rest) == 0 {
		return scalarText(v, f, path)
	}
	key, on := rest[0], rest[1:]
	switch v.Kind() {
	case reflect.Struct:
		fields := FieldsOf(v.Type())
		next, known := findField(fields, key)
		if !known {
			return "", fmt.Errorf("%s: unknown key %q, want %s", strings.Join(append(path, key), "."), key, topology.AnyOf(key, fieldNames(fields)))
		}
		return o.get(v.FieldByIndex(next.index), next, on, topology.At(path, key))
	case reflect.Map:
		return o.getName(v, key, on, path)
	case reflect.Slice:
		if n, err := strconv.Atoi(key); err == nil && n >= 0 && n < v.Len() {
			return o.get(v.Index(n), Field{form: f.form}, on, topology.At(path, key))
		}
		return "", fmt.Errorf("%s: got %q, want the number of an item, from 0 to %d", strings.Join(path, "."), key, v.Len()-1)
	}
	return "", fmt.Errorf("%s: it has no keys", strings.Join(path, "."))
}

// getName follows a path through a name of a mapping, or the first that leads
// on.
func (o *Format) getName(v reflect.Value, key string, on, path []string) (string, error) {
	var names []string
	for _, name := range v.MapKeys() { // order: sorted below
		names = append(names, name.String())
	}
	slices.Sort(names)
	if key != AnyName {
		if !slices.Contains(names, key) {
			return "", fmt.Errorf("there is no %q in %s, want %s", key, strings.Join(path, "."), topology.AnyOf(key, names))
		}
		names = []string{key}
	}
	err := fmt.Errorf("there is nothing in %s", strings.Join(path, "."))
	for _, name := range names {
		var text string
		if text, err = o.get(v.MapIndex(reflect.ValueOf(name)), Field{}, on, topology.At(path, name)); err == nil {
			return text, nil
		}
	}
	return "", err
}

// scalarText prints a single value as it is read.
func scalarText(v reflect.Value, f Field, path []string) (string, error) {
	switch value := v.Interface().(type) {
	case time.Duration:
		return spanText(value), nil
	case encoding.TextMarshaler:
		text, err := value.MarshalText()
		return string(text), err
	}
	switch {
	case f.form == "share" && v.Kind() == reflect.Float64:
		return Share(v.Float()).String(), nil
	case f.form == "bytes" && v.CanInt():
		return strconv.FormatInt(v.Int(), 10) + "B", nil
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), nil
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), nil
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'f', -1, 64), nil
	case v.Kind() == reflect.String:
		return v.String(), nil
	case v.Kind() == reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	}
	return "", fmt.Errorf("%s: %w", strings.Join(path, "."), ErrNoScalar)
}
