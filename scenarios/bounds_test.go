package scenarios

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/form"
)

// hostile documents must be refused soon and without much memory.
var hostile = map[string]string{
	"deep flow lists":    strings.Repeat("[", 100_000),
	"deep flow mappings": strings.Repeat("{a: ", 50_000),
	"deep block lists":   strings.Repeat("- ", 100_000),
	"deep keys":          strings.Repeat("? ", 100_000),
	"deep tags":          strings.Repeat("!!a ", 50_000),
	"deep anchors":       deepAnchors(),
	"deep indentation":   deepIndentation(),
	"alias bomb":         aliasBomb(),
	"merge bomb":         mergeBomb(),
	"endless alias":      "nodes: &n {a: *n}\n",
	"endless merge":      "nodes: &n {<<: *n}\n",
	"endless list":       "tags: &t [*t, *t]\n",
	"too large":          strings.Repeat("#", form.SizeMax+1),
	"no UTF-8":           "name: \xff\xfe",
	"empty":              "",
	"only a comment":     "# nothing\n",
	"a scalar":           "hello",
	"many problems":      manyProblems(),
	"many keys":          manyKeys(50_000),
	"many flow keys":     "{" + strings.ReplaceAll(manyKeys(40_000), "\n", ",") + "}",
	"long line":          "name: " + strings.Repeat("x", 500_000),
	"many colons":        strings.Repeat("a:", 100_000),
	"many quotes":        strings.Repeat("'", 300_001),
	"many percents":      strings.Repeat("%", 60_000),
	"many values":        strings.Replace(varied, "[datapower, ios]", "["+strings.Repeat("ios, ", 60_000)+"]", 1),
	"many variants":      strings.Replace(varied, "variants:", "variants:\n  seed: ["+numbers(1000)+"]", 1),
	"large variants":     strings.Replace(varied, "tags", "x", 1) + "tags: [" + strings.Repeat("x, ", 60_000) + "]\n",
	"many pipes":         strings.Repeat("|\n", 60_000),
}

func deepAnchors() string {
	var b strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&b, "&a%d ", i)
	}
	return b.String()
}

func deepIndentation() string {
	var b strings.Builder
	for i := range 1000 {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

// aliasBomb doubles a list thirty times.
func aliasBomb() string {
	b := "tags: &a0 [x]\n"
	for i := range 30 {
		b += fmt.Sprintf("k%d: &a%d [*a%d, *a%d]\n", i, i+1, i, i)
	}
	return "nodes:\n  " + strings.ReplaceAll(b, "\n", "\n  ") + "\n"
}

func mergeBomb() string {
	b := "nodes: {x: &a0 {nics: {}}"
	for i := range 30 {
		b += fmt.Sprintf(", y%d: &a%d {<<: [*a%d, *a%d]}", i, i+1, i, i)
	}
	return b + "}\n"
}

func manyProblems() string { return manyKeys(form.KeyMax - 1) }

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d: 1\n", i)
	}
	return b.String()
}

func TestHostileDocumentsAreRefusedSoon(t *testing.T) {
	for name, text := range hostile {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		_, err := Parse("x", []byte(text))
		took := time.Since(begin)
		runtime.ReadMemStats(&after)
		if invalid, ok := IsInvalid(err); !ok || len(invalid.Problems) > form.ProblemMax || len(err.Error()) > 64<<10 {
			t.Errorf("%s: got %.200v", name, err)
		}
		if took > 30*time.Second { // far above what it takes: the machine may be busy
			t.Errorf("%s: took %s", name, took)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 256<<20 {
			t.Errorf("%s: allocated %d MiB", name, used>>20)
		}
	}
}
