package scenarios

import (
	"os"
	"path/filepath"
	"runtime/metrics"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/event"
)

// allocated is how many bytes the process has allocated so far, give or take
// what each processor holds ready.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// bounded is deferred by a fuzz target: a file takes 16 MiB and a thousand
// times its size at most: every word of it may become a problem with an
// excerpt.
func bounded(t *testing.T, size int) (check func()) {
	before := allocated()
	return func() {
		if used, most := allocated()-before, uint64(16<<20+1000*size); used > most {
			t.Errorf("allocated %d bytes for an input of %d, want at most %d", used, size, most)
		}
	}
}

// FuzzParse: whatever the text, Parse returns a scenario that validates, or
// problems that point into the file; it neither panics nor hangs.
func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Add(varied)
	// A few incidents are enough to begin with: the whole library would take the
	// fuzzer most of its time before it tries the first input of its own.
	files, err := filepath.Glob("incidents/*/*.yaml")
	if err != nil || len(files) == 0 {
		f.Fatalf("got %d files, %v", len(files), err)
	}
	for i, name := range files {
		if i%12 != 0 {
			continue
		}
		data, err := os.ReadFile(name)
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
		defer bounded(t, len(text))()
		s, err := Parse("fuzz.yaml", []byte(text))
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Fatalf("parsed but invalid: %v", err)
			}
			for _, e := range s.Expect {
				e.Check(expect.Evidence{Events: event.RecordOf(nil), Duration: s.Duration, All: s.Expect})
				if e.Text() == "" || strings.Contains(e.Text(), "\n") && !strings.Contains(text, "\n") {
					t.Fatalf("%T: text %q", e, e.Text())
				}
			}
			return
		}
		invalid, ok := IsInvalid(err)
		if !ok || len(invalid.Problems) == 0 || len(invalid.Problems) > form.ProblemMax {
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
