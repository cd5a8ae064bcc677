package scenarios

import (
	"strings"
	"testing"
)

// FuzzParse: whatever the text, Parse returns a scenario that validates, or
// problems that point into the file; it neither panics nor hangs.
func FuzzParse(f *testing.F) {
	f.Add(small)
	for _, name := range LibraryNames() {
		data, err := Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, slip := range slips {
		f.Add(strings.Replace(small, slip.old, slip.new, 1))
	}
	for name, text := range hostile { // order: seeds of a corpus
		if len(text) < 4096 {
			f.Add(hostile[name])
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Parse("fuzz.yaml", []byte(text))
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Fatalf("parsed but invalid: %v", err)
			}
			for _, e := range s.Expect {
				e.Check(Evidence{Duration: s.Duration, Beside: s.Expect})
				if e.Text() == "" || strings.Contains(e.Text(), "\n") && !strings.Contains(text, "\n") {
					t.Fatalf("%T: text %q", e, e.Text())
				}
			}
			return
		}
		invalid, ok := IsInvalid(err)
		if !ok || len(invalid.Problems) == 0 || len(invalid.Problems) > problemMax {
			t.Fatalf("got %v", err)
		}
		lines := strings.Count(text, "\n") + strings.Count(text, "\r") + 1
		for _, p := range invalid.Problems {
			if p.Line < 1 || p.Line > lines+1 || p.Column < 1 || p.Message == "" {
				t.Fatalf("a problem outside of %d lines: %+v", lines, p)
			}
		}
	})
}
