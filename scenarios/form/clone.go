package form

import "reflect"

// Clone copies a value with everything that its exported fields, maps, lists
// and pointers lead to. Values behind interfaces are shared and must not be
// changed.
func Clone[T any](value T) T {
	clone := value
	cloneInto(reflect.ValueOf(&clone).Elem())
	return clone
}

// cloneInto replaces what v shares with the value that it was copied from.
func cloneInto(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return
		}
		clone := reflect.New(v.Type().Elem())
		clone.Elem().Set(v.Elem())
		cloneInto(clone.Elem())
		v.Set(clone)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				cloneInto(v.Field(i))
			}
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		clone := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(clone, v)
		for i := range clone.Len() {
			cloneInto(clone.Index(i))
		}
		v.Set(clone)
	case reflect.Map:
		if v.IsNil() {
			return
		}
		clone := reflect.MakeMapWithSize(v.Type(), v.Len())
		for key, value := range v.Seq2() {
			one := reflect.New(v.Type().Elem()).Elem()
			one.Set(value)
			cloneInto(one)
			clone.SetMapIndex(key, one)
		}
		v.Set(clone)
	}
}
