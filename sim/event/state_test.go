package event

import (
	"reflect"
	"strings"
	"testing"
)

// TestStatesAreTheVocabulary: the constants are the words that events may hold,
// in the same order.
func TestStatesAreTheVocabulary(t *testing.T) {
	want := strings.Join(States(), ",")
	for _, body := range []struct {
		of    reflect.Type
		field string
	}{
		{reflect.TypeFor[StandbyChanged](), "To"},
		{reflect.TypeFor[StandbyStatus](), "State"},
	} {
		f, ok := body.of.FieldByName(body.field)
		if got := f.Tag.Get(wordsTag); !ok || got != want {
			t.Errorf("%v.%s: got words %q, want %q", body.of, body.field, got, want)
		}
	}
}
