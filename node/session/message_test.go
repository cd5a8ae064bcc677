package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestMessage: fields may hold anything, and the wire form is one line.
func TestMessage(t *testing.T) {
	for wire, m := range map[string]Message{
		"ping":                       New("ping"),
		"%":                          New(""),
		"put accounts a 17":          New("put", "accounts", "a", "17"),
		"put % %":                    New("put", "", ""),
		"say hello%20world%0A %2520": New("say", "hello world\n", "%20"),
		"say Zürich %00%7F":          New("say", "Zürich", "\x00\x7f"),
	} {
		if got := m.String(); got != wire {
			t.Errorf("%v: got %q, want %q", m.Fields, got, wire)
		}
		if got, err := Parse([]byte(wire)); err != nil || got.Verb != m.Verb || !slices.Equal(got.Fields, m.Fields) {
			t.Errorf("%q: got %q %v, want %q", wire, got, err, m)
		}
	}
	if f := New("put", "a").Field(1); f != "" {
		t.Errorf("a field that there is not: got %q, want none", f)
	}
}

// TestNoMessage: what could be read in two ways is refused.
func TestNoMessage(t *testing.T) {
	for _, wire := range []string{"", " ", "a ", "a  b", "a %2", "a %zz", "a %2f", "a %41", "a %%", "a\tb"} {
		if m, err := Parse([]byte(wire)); !errors.Is(err, ErrMessage) {
			t.Errorf("%q: got %q %v, want ErrMessage", wire, m, err)
		}
	}
}

// FuzzParse: what is read is written as it came.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"put a %", "a %20 b%25", "%", strings.Repeat("a ", 9) + "b"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, err := Parse(line)
		if err != nil {
			if !errors.Is(err, ErrMessage) {
				t.Fatalf("got %v, want ErrMessage", err)
			}
			return
		}
		if got := m.String(); got != string(line) {
			t.Fatalf("got %q, want %q", got, line)
		}
	})
}
