package reference

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/expect"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into docs")

const page = "../../docs/format.md"

// TestPage: docs/format.md is what the tags and tables say today.
func TestPage(t *testing.T) {
	got := Markdown(Format())
	if *rewrite {
		if err := os.WriteFile(page, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is out of date (-it +the tags; go test ./scenarios/reference -rewrite):\n%s", page, diff)
	}
}

// TestEveryMappingHasASection, once, and every kind of expectation an example.
func TestEveryMappingHasASection(t *testing.T) {
	for name := range structs() {
		if isExpectation(name) || name == "Topology" {
			continue
		}
		if n := strings.Count(source, "{{keys "+name+"}}"); n != 1 {
			t.Errorf("{{keys %s}} is in format.md %d times, want once", name, n)
		}
	}
	for _, s := range Format() {
		for _, k := range s.Keys {
			if strings.Contains(k.Value, "[]") || k.Name != "" && (k.Meaning == "" || k.Value == "") {
				t.Errorf("%s: %+v: something is missing", s.Title, k)
			}
		}
	}
	kinds := (expect.Kinds{}).List()
	for _, k := range kinds {
		if examples[k.Name] == "" {
			t.Errorf("%s has no example", k.Name)
		}
	}
	if len(examples) != len(kinds) {
		t.Errorf("got %d examples, want one for each of %d kinds", len(examples), len(kinds))
	}
}

func isExpectation(name string) bool {
	return slices.ContainsFunc((expect.Kinds{}).List(), func(k expect.Kind) bool { return k.Type().Name() == name })
}

// fences are the examples in YAML of a page.
var fences = regexp.MustCompile("(?s)```yml\n(.*?)```")

var topLevel = regexp.MustCompile(`(?m)^([a-z-]+):`)

// with completes an example with what it leaves out.
func with(example, rest string) string {
	has := topLevel.FindAllString(example, -1)
	parts := topLevel.FindAllStringIndex(rest, -1)
	for i, at := range parts {
		end := len(rest)
		if i+1 < len(parts) {
			end = parts[i+1][0]
		}
		if key := rest[at[0]:at[1]]; !slices.Contains(has, key) {
			example += rest[at[0]:end]
		}
	}
	return example
}

// TestExamplesAreScenarios: each example of the page is read as users would
// read it, together with what is not its subject.
func TestExamplesAreScenarios(t *testing.T) {
	cluster, err := os.ReadFile("testdata/cluster.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := fences.FindAllStringSubmatch(Markdown(Format()), -1)
	if len(all) < 45 {
		t.Fatalf("found only %d examples", len(all))
	}
	for i, m := range all {
		text := m[1]
		switch {
		case i == 0: // whole
		case strings.HasPrefix(text, "- "):
			text = with("expect:\n"+text, string(cluster))
		case strings.Contains(text, "nodes:\n"):
			text = with(text, "name: x\nabout: x\nduration: 90s\nsegments: {lan: {}, wan: {}}\n")
		case strings.Contains(text, "timeline:\n"), strings.Contains(text, "variants:\n"):
			text = with(text, strings.Split(all[0][1], "expect:")[0])
		default:
			text = with(text, strings.Split(all[0][1], "timeline:")[0])
		}
		s, err := scenarios.Parse("example.yaml", []byte(text))
		if err != nil {
			t.Errorf("%v\n%s", err, m[1])
			continue
		}
		for _, w := range s.Warnings {
			if i == 0 {
				t.Errorf("%v\n%s", w, m[1])
			}
		}
	}
}

// TestLinks: every link within the page leads to a heading.
func TestLinks(t *testing.T) {
	anchors := map[string]bool{}
	for _, s := range Format() {
		if anchors[Anchor(s.Title)] {
			t.Errorf("two headings %q", s.Title)
		}
		anchors[Anchor(s.Title)] = true
	}
	links := regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(Markdown(Format()), -1)
	for _, m := range links {
		if !anchors[m[1]] {
			t.Errorf("#%s leads nowhere", m[1])
		}
	}
	if len(links) < 30 {
		t.Errorf("found only %d links", len(links))
	}
}
