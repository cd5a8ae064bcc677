package lbgroup

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// ErrWord is wrapped by the errors of parsing an Algorithm, a Mode, a State or
// an AffinityMode.
var ErrWord = errors.New("unknown word")

// words are the names of the values of a type, by value.
type words struct {
	of    string // what they name, for messages
	names []string
}

// name returns the name of a value. There may be values without one.
func (w words) name(value uint8) string {
	if int(value) < len(w.names) {
		return w.names[value]
	}
	return w.of + "(" + strconv.Itoa(int(value)) + ")"
}

// value returns the value that a name belongs to.
func (w words) value(name []byte) (uint8, error) {
	if i := slices.Index(w.names, string(name)); i >= 0 {
		return uint8(i), nil
	}
	return 0, fmt.Errorf("%s: %w: got %q, want one of %q", w.of, ErrWord, name, w.names)
}
