package tidy

import (
	"fmt"
	"strings"
	"testing"
)

// snippet is a small package that breaks one rule, or almost does.
type snippet struct {
	rule string
	dir  string
	test bool   // its files are tests
	src  string // files are separated by a line of three dashes
	want string // a part of the only violation; empty: none
}

// TestRulesCanFail breaks each rule on purpose and checks that it is reported,
// and applies each rule to correct code. Method: snippets are parsed and
// type-checked like the tree itself.
func TestRulesCanFail(t *testing.T) {
	tree, err := project()
	if err != nil {
		t.Fatal(err)
	}
	broke, kept := make(map[string]bool), make(map[string]bool)
	for i, s := range snippets() {
		t.Run(fmt.Sprintf("%s/%d", s.rule, i), func(t *testing.T) {
			p := tree.snippet(t, s)
			var found []string
			for _, r := range rules {
				if r.name == s.rule {
					found = violations(p, r)
				}
			}
			switch {
			case s.want == "" && len(found) > 0:
				t.Errorf("a clean snippet is reported:\n%s", strings.Join(found, "\n"))
			case s.want != "" && (len(found) != 1 || !strings.Contains(found[0], s.want)):
				t.Errorf("found %d violations %q, want one with %q", len(found), found, s.want)
			}
		})
		if s.want == "" {
			kept[s.rule] = true
		} else {
			broke[s.rule] = true
		}
	}
	for _, r := range rules {
		if !broke[r.name] || !kept[r.name] {
			t.Errorf("rule %q needs a snippet that breaks it and one that does not", r.name)
		}
	}
}

// TestTreeIsSeen: the tree must not load empty, because an empty tree would be
// tidy.
func TestTreeIsSeen(t *testing.T) {
	tree, err := project()
	if err != nil {
		t.Fatal(err)
	}
	for dir := range flow {
		found := false
		for _, p := range tree.pkgs {
			found = found || p.dir == dir && len(p.files) > 0
		}
		if !found {
			t.Errorf("folder %s is in the table of imports, but the go command lists no package there", dir)
		}
	}
}

// snippet parses and type-checks s as a package of the tree.
func (t *tree) snippet(tb testing.TB, s snippet) *pkg {
	tb.Helper()
	p := &pkg{dir: s.dir, fset: t.fset}
	for i, src := range strings.Split(s.src, "---\n") {
		name := fmt.Sprintf("%s/snippet%d.go", s.dir, i)
		if s.test {
			name = fmt.Sprintf("%s/snippet%d_test.go", s.dir, i)
		}
		if err := p.add(name, []byte(src), !s.test); err != nil {
			tb.Fatal(err)
		}
	}
	p.check(modulePath+"/"+s.dir+"/snippet", t.importer)
	if s.rule != "compiles" && len(p.broken) > 0 {
		tb.Fatalf("the snippet does not compile: %v", p.broken)
	}
	return p
}

// snippets returns the snippets for each rule.
func snippets() []snippet {
	var all []snippet
	all = append(all, importSnippets()...)
	all = append(all, bannedSnippets()...)
	all = append(all, orderSnippets()...)
	all = append(all, offsetSnippets()...)
	all = append(all, wordSnippets()...)
	all = append(all, widthSnippets()...)
	all = append(all, sizeSnippets()...)
	all = append(all, proseSnippets()...)
	return all
}

func importSnippets() []snippet {
	const own = "package p\nimport _ \"" + modulePath
	return []snippet{
		{"compiles", "sim", false, "package sim\nvar x int = \"text\"\n", "cannot use"},
		{"compiles", "sim", false, "package sim\nvar x int = 1\n", ""},

		{"flow", "sim", false, own + "/sim/event\"\n", "sim imports sim/event; it may import nothing"},
		{"flow", "sim/oracle", false, own + "/node/wire\"\n", "it may import sim/event, sim/fault"},
		{"flow", "sim/oracle", false, own + "/sim/event\"\n", ""},
		{"flow", "sim", true, own + "/sim/event\"\n", ""},
		{"flow", "node/gateway", false, own + "/node/host/hosttest\"\n", "for tests only"},
		{"flow", "node/gateway", true, own + "/node/host/hosttest\"\n", ""},
		{"flow", "sim/novelty", false, "package novelty\n", "not in the table"},

		{"libraries", "sim", false, "package p\nimport _ \"gvisor.dev/gvisor/pkg/tcpip\"\n", "gvisor belongs to node/host"},
		{"libraries", "sim", true, "package p\nimport _ \"github.com/onsi/gomega\"\n", "gomega belongs to scenarios/kit, scenarios/spec"},
		{"libraries", "sim", false, "package p\nimport _ \"github.com/google/gopacket\"\n", "gopacket belongs to node/wire/layer, node/wire/capture"},
		{"libraries", "sim", true, "package p\nimport _ \"example.com/novelty\"\n", "not among the libraries"},
		{"libraries", "sim", true, "package p\nimport _ \"github.com/google/gopacket/layers\"\n", ""},
		{"libraries", "node/host", false, "package p\nimport _ \"gvisor.dev/gvisor/pkg/tcpip\"\n", ""},
	}
}

func bannedSnippets() []snippet {
	use := func(path, body string) string {
		return fmt.Sprintf("package p\nimport x %q\nfunc f() {\n%s\n}\n", path, body)
	}
	var all []snippet
	for _, b := range []struct{ path, body, want string }{
		{"time", "_ = x.Now()", "time.Now"},
		{"time", "f := x.Sleep; f(1)", "time.Sleep"},
		{"context", "x.WithTimeout(nil, 1)", "context.WithTimeout"},
		{"math/rand", "_ = x.Int()", "math/rand.Int"},
		{"math/rand/v2", "_ = x.IntN(3)", "math/rand/v2.IntN"},
		{"math/rand/v2", "x.Shuffle(1, nil)", "math/rand/v2.Shuffle"},
		{"hash/maphash", "var _ x.Hash", "hash/maphash.Hash"},
		{"crypto/rand", "_ = x.Reader", "crypto/rand.Reader"},
		{"net/http", "_, _ = x.Get(\"\")", "net/http.Get"},
		{"net", "x.Pipe()", "net.Pipe"},
		{"runtime", "x.GOMAXPROCS(1)", "runtime.GOMAXPROCS"},
		{"runtime", "_ = x.NumCPU()", "runtime.NumCPU"},
		{"fmt", "x.Println()", "fmt.Println"},
		{"os", "_ = x.Stdout", "os.Stdout"},
		{"log", "x.Print()", "log.Print"},
	} {
		all = append(all, snippet{"banned", "node/client", false, use(b.path, b.body), b.want})
	}
	return append(all,
		snippet{"banned", "scenarios/spec", true, use("time", "x.Sleep(1)"), "flaky"},
		snippet{"banned", "sim", true, use("math/rand/v2", "_ = x.Int()"), "global source"},
		snippet{"banned", "cmd/cablepull", false, use("hash/maphash", "var _ x.Hash"), "maphash"},

		snippet{"banned", "reports", true, use("time", "x.Sleep(1)"), ""},
		snippet{"banned", "cmd/cablepull", false, use("fmt", "x.Println()"), ""},
		snippet{"banned", "sim", true, use("time", "_ = x.Now()"), ""},
		snippet{"banned", "sim", false, use("time", "_ = x.Second"), ""},
		snippet{"banned", "sim", false, use("math/rand/v2", "_ = x.New(x.NewPCG(1, 2))"), ""},
		snippet{"banned", "node/host", false, use("runtime", "x.GOMAXPROCS(1)"), ""},
		snippet{"banned", "sim", false, "package p\ntype clock struct{}\nfunc (clock) Now() {}\nfunc f(time clock) { time.Now() }\n", ""},

		snippet{"goroutines", "netfab", false, "package p\nfunc f() { go f() }\n", "go statement"},
		snippet{"goroutines", "sim", false, "package p\nfunc f(a, b chan int) { select { case <-a: case <-b: } }\n", "at random"},
		snippet{"goroutines", "sim", false, "package p\nfunc f(a chan int) { select { case <-a: } }\n", ""},
		snippet{"goroutines", "sim", true, "package p\nfunc f() { go f() }\n", ""},
		snippet{"goroutines", "cmd/cablepull", false, "package p\nfunc f() { go f() }\n", ""},
	)
}

func orderSnippets() []snippet {
	in := func(body string) string {
		return "package p\nimport (\"maps\"; \"slices\"; \"reflect\")\nvar _, _, _ = maps.Keys[map[int]int], slices.Sorted[int], reflect.ValueOf\n" +
			"type table map[int]int\nfunc f(m table) {\n" + body + "\n}\n"
	}
	bad := func(dir, src, want string) snippet { return snippet{"order", dir, false, src, want} }
	return []snippet{
		bad("sim", in("for range m {}"), "range over a map"),
		bad("reports", in("// it is fine\nfor range m {}"), "range over a map"),
		bad("sim", in("// order:\nfor range m {}"), "range over a map"),
		bad("sim", in("_ = slices.Collect(maps.Keys(m))"), "maps.Keys"),
		bad("sim", in("_ = slices.Sorted(maps.Values(m))"), "maps.Values"),
		bad("sim", in("_ = reflect.ValueOf(m).MapKeys()"), "MapKeys"),
		bad("sim", "package p\nfunc f[M ~map[K]V, K comparable, V any](m M) { for range m {} }\n", "range over a map"),

		bad("sim", in("// order: only the count leaves the loop\nfor range m {}"), ""),
		bad("sim", in("for range m { // order: only the count leaves the loop\n}"), ""),
		bad("sim", in("for _, k := range slices.Sorted(maps.Keys(m)) { _ = k }"), ""),
		bad("sim", "package p\nfunc f(s []int) { for range s {} }\n", ""),
		bad("cmd/cablepull", in("for range m {}"), ""),
	}
}

func sizeSnippets() []snippet {
	long := func(head string, lines int, tail string) string {
		return "package p\n" + head + strings.Repeat("\n", lines-1) + tail + "\n"
	}
	const ginkgo = "func Describe(string, func()) bool { return true }\nfunc It(string, func()) bool { return true }\n"
	return []snippet{
		{"file size", "sim", true, long("", 400, "// end"), "401 lines"},
		{"file size", "sim", true, long("", 399, "// end"), ""},
		{"function size", "sim", false, long("func f() {", 71, "}"), "f has 71 lines"},
		{"function size", "sim", true, long(ginkgo+"var _ = It(``, func() {", 71, "})"), "literal of 71 lines"},
		{"function size", "sim", false, long("func f() {", 70, "}"), ""},
		{"function size", "sim", true, long(ginkgo+"var _ = Describe(``, func() {", 71, "})"), ""},
	}
}

func proseSnippets() []snippet {
	name, doc, exported := "package name", "package doc", "exported doc"
	return []snippet{
		{name, "sim/util", false, "package tools\n", "in folder sim/util"},
		{name, "sim/tools", true, "package helpers_test\n", "package helpers"},
		{name, "sim/event", false, "package event\n", ""},

		{doc, "sim", false, "package sim\n", "has no doc"},
		{doc, "sim", false, "// Time and order.\npackage sim\n", "does not begin"},
		{doc, "sim", false, "// Package sim is time.\npackage sim\n---\n// Package sim is order.\npackage sim\n", "second doc"},
		{doc, "cmd/cablepull", false, "// Package main runs.\npackage main\n", `"Command cablepull "`},
		{doc, "scenarios/spec", true, "package spec_test\n", "what is tested"},
		{doc, "sim", false, "// Package sim is time.\npackage sim\n---\npackage sim\n", ""},
		{doc, "cmd/cablepull", false, "// Command cablepull runs.\npackage main\n", ""},

		{exported, "sim", false, "package p\nfunc F() {}\n", "F has no doc"},
		{exported, "sim", false, "package p\n// Does it.\nfunc F() {}\n", "begin with its name"},
		{exported, "sim", false, "package p\n// T is.\ntype T[K any] struct{}\nfunc (t *T[K]) M() {}\n", "M has no doc"},
		{exported, "sim", false, "package p\ntype T int\n", "type T has no doc"},
		{exported, "sim", false, "package p\nconst C = 1\n", "C has no doc"},
		{exported, "sim", false, "package p\ntype t int\nfunc (t) M() {}\nfunc f() {}\nvar v int\n", ""},
		{exported, "sim", false, "package p\n// The Cs.\nconst (\nC = 1\nD = 2\n)\n// E is.\ntype E int\nfunc (E) Error() string { return `` }\n", ""},
		{exported, "sim", true, "package p\nfunc TestF() {}\n", ""},

		{"marks", "sim", false, "package p\n// TO" + "DO: finish\n", "in a comment"},
		{"marks", "sim", true, "package p\nvar x int // FIX" + "ME\n", "in a comment"},
		{"marks", "sim", false, "package p\n// what is to do stands in issues\n", ""},
	}
}
