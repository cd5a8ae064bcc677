package tidy

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An unused entry of a table is wrong in two ways: it tells readers about a
// dependency that does not exist, and it lets that dependency return without a
// decision. Each unused entry fails by name.

// use is the imports of code and of tests, by folder.
type use struct {
	code, tests map[string][]string
}

// usesOf collects the imports of a tree, those of the project itself without
// its module path.
func usesOf(t *tree) use {
	u := use{map[string][]string{}, map[string][]string{}}
	for _, p := range t.pkgs {
		for _, f := range p.files {
			into := u.code
			if f.test {
				into = u.tests
			}
			for _, spec := range f.ast.Imports {
				if name, err := strconv.Unquote(spec.Path.Value); err == nil {
					into[p.dir] = append(into[p.dir], strings.TrimPrefix(name, modulePath+"/"))
				}
			}
		}
	}
	return u
}

// staleFlow names the entries of the table of imports that no code uses.
func staleFlow(table map[string][]string, u use) []string {
	var stale []string
	for dir, allowed := range table {
		for _, name := range allowed {
			if !slices.Contains(u.code[dir], name) {
				stale = append(stale, fmt.Sprintf("flow: %s may import %s, but no code there does", dir, name))
			}
		}
	}
	slices.Sort(stale)
	return stale
}

// staleTestsOnly names the test-only packages that no test imports.
func staleTestsOnly(table []string, u use) []string {
	var stale []string
	for _, name := range table {
		used := false
		for _, names := range u.tests {
			used = used || slices.Contains(names, name)
		}
		if !used {
			stale = append(stale, fmt.Sprintf("testsOnly: %s is for tests, but none imports it", name))
		}
	}
	return stale
}

// staleLibraries names the unused entries of the table of libraries, and the
// libraries that go.mod does not require.
func staleLibraries(table []library, u use, required []string) []string {
	var stale []string
	for _, l := range table {
		if !slices.Contains(required, l.path) {
			stale = append(stale, fmt.Sprintf("libraries: %s is not required by go.mod", l.path))
			continue
		}
		for _, folder := range l.folders {
			if !imported(u.code, l, folder) && (l.tests || !imported(u.tests, l, folder)) {
				stale = append(stale, fmt.Sprintf("libraries: %s may be imported in %s, but no code there does", l.path, folder))
			}
		}
		if l.tests && !imported(u.tests, l, "") {
			stale = append(stale, fmt.Sprintf("libraries: %s may be imported by tests, but none does", l.path))
		}
	}
	return stale
}

// imported reports whether files of a folder import a library; an empty folder
// means all folders outside of the library's own.
func imported(by map[string][]string, l library, folder string) bool {
	for dir, names := range by {
		inside := folder == "" && !under(dir, l.folders...) || folder != "" && under(dir, folder)
		if inside && slices.ContainsFunc(names, func(name string) bool { return under(name, l.path) }) {
			return true
		}
	}
	return false
}

// requiredBy lists the modules that a go.mod requires directly.
func requiredBy(mod string) []string {
	var required []string
	block := ""
	for line := range strings.Lines(mod) {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[1] == "(":
			block = words[0]
		case len(words) == 1 && words[0] == ")":
			block = ""
		case strings.Contains(line, "// indirect"):
		case len(words) >= 3 && words[0] == "require":
			required = append(required, words[1])
		case len(words) >= 2 && block == "require":
			required = append(required, words[0])
		}
	}
	return required
}

// TestNoStaleRows compares the tables of imports with the code's imports.
func TestNoStaleRows(t *testing.T) {
	tree, err := project()
	if err != nil {
		t.Fatal(err)
	}
	var required []string
	for _, module := range append([]string{"."}, modules...) {
		mod, err := os.ReadFile(filepath.Join(tree.root, module, "go.mod"))
		if err != nil {
			t.Fatal(err)
		}
		required = append(required, requiredBy(string(mod))...)
	}
	u := usesOf(tree)
	for _, s := range slices.Concat(staleFlow(flow, u), staleTestsOnly(testsOnly, u), staleLibraries(libraries, u, required)) {
		t.Errorf("imports_test.go: %s: take it out of the table", s)
	}
}

// TestStaleRowsAreFound: an entry that only tests use is stale in the table of
// imports, an unused one is stale in both tables, and each is named.
func TestStaleRowsAreFound(t *testing.T) {
	u := use{
		code:  map[string][]string{"a": {"b", "x.org/lib/part", "x.org/tool"}, "a/deep": {"x.org/deep"}},
		tests: map[string][]string{"a": {"c"}, "d": {"x.org/check", "x.org/lib"}},
	}
	got := staleFlow(map[string][]string{"a": {"b", "c"}, "b": {}, "e": {"b"}}, u)
	want := []string{"flow: a may import c, but no code there does", "flow: e may import b, but no code there does"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("flow (-want +got):\n%s", diff)
	}
	got = staleTestsOnly([]string{"b", "c"}, u)
	if diff := cmp.Diff([]string{"testsOnly: b is for tests, but none imports it"}, got); diff != "" {
		t.Errorf("testsOnly (-want +got):\n%s", diff)
	}
	got = staleLibraries([]library{
		{"x.org/lib", []string{"a"}, true, ""},
		{"x.org/deep", []string{"a"}, false, ""},
		{"x.org/check", []string{"d"}, false, ""}, // allowed in a folder that has only tests
		{"x.org/tool", []string{"a", "b"}, true, ""},
		{"x.org/gone", []string{"a"}, false, ""},
	}, u, requiredBy("module m\n\nrequire x.org/lib v1.0.0\n\nrequire (\n\tx.org/deep v1.0.0\n\tx.org/check v1.0.0 // why\n\tx.org/tool v1.0.0\n)\n\nrequire (\n\tx.org/gone v1.0.0 // indirect\n)\n\ntool (\n\tx.org/gone\n)\n"))
	want = []string{
		"libraries: x.org/tool may be imported in b, but no code there does",
		"libraries: x.org/tool may be imported by tests, but none does",
		"libraries: x.org/gone is not required by go.mod",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("libraries (-want +got):\n%s", diff)
	}
}
