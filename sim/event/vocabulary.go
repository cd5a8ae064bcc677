package event

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// wordsTag is the tag of a text field with a vocabulary: words separated by
// commas. A word that ends in a dash is the beginning of a text. A comma at the
// end says that the text may be empty.
const wordsTag = "words"

// Vocabulary is a text type with a vocabulary of its own.
type Vocabulary interface{ Words() []string }

// wordsOf returns the vocabulary of a field, or nil.
func wordsOf(f reflect.StructField) []string {
	if tag, tagged := f.Tag.Lookup(wordsTag); tagged {
		return strings.Split(tag, ",")
	}
	if v, has := reflect.Zero(f.Type).Interface().(Vocabulary); has {
		return v.Words()
	}
	return nil
}

// Worded returns the fields of a kind that have a vocabulary.
func Worded(kind string) []string { return byKind[kind].worded }

// CanHold reports whether a field of a kind can ever hold the text, as Field
// returns it. If not, want lists what it can hold: its words, or the form of
// its type. It lets a search through events reject a misspelt text, which would
// never be found.
func CanHold(kind, name, text string) (can bool, want []string) {
	c := byKind[kind]
	if c == nil {
		return false, nil
	}
	f, has := c.plan.Field(name)
	if !has {
		return false, nil
	}
	if f.Type == reflect.TypeFor[time.Duration]() {
		d, err := time.ParseDuration(text)
		return err == nil && d.String() == text, []string{"a duration as it is printed, such as 1m30s or 200ms"}
	}
	switch f.Type.Kind() {
	case reflect.String:
		words := wordsOf(f)
		if words == nil {
			return true, nil
		}
		return slices.ContainsFunc(words, func(w string) bool {
			if strings.HasSuffix(w, "-") {
				return strings.HasPrefix(text, w) && text != w
			}
			return text == w
		}), slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "" })
	case reflect.Bool:
		return text == "true" || text == "false", []string{"true", "false"}
	case reflect.Float32, reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		return err == nil && strconv.FormatFloat(n, 'g', -1, 64) == text, []string{"a number such as 0.5"}
	default:
		n, err := strconv.ParseInt(text, 10, 64)
		return err == nil && strconv.FormatInt(n, 10) == text, []string{"a whole number"}
	}
}
