package incidents

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cablepull/cablepull/scenarios"
)

var rewrite = flag.Bool("rewrite", false, "write what the tests got into docs")

const fieldPage = "../../docs/incidents.md"

var (
	fieldTag     = regexp.MustCompile(`^F[0-9]+$`)
	fieldHeading = regexp.MustCompile(`(?m)^## (F[0-9]+)\n`)
	playedBy     = regexp.MustCompile(`(?m)(^\|.*\n)+\n?`)
	// gist is the first sentences of an incident: as many as say what happens.
	gist = regexp.MustCompile(`^.{120,}?[.?!](?: |$)`)
)

// TestFieldPage: docs/incidents.md has an entry for every number that an
// incident has among its tags, in order and without gaps, with the incidents
// that play it today, or why none does.
func TestFieldPage(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	players := map[string][]*scenarios.Scenario{}
	for _, s := range all {
		for _, tag := range s.Tags {
			if fieldTag.MatchString(tag) {
				players[tag] = append(players[tag], s)
			}
		}
	}
	text, err := os.ReadFile(fieldPage)
	if err != nil {
		t.Fatal(err)
	}
	page, entries := string(text), fieldHeading.FindAllStringSubmatchIndex(string(text), -1)
	links := strings.Index(page, "\n[pair]: ")
	if len(entries) < 48 || links < 0 {
		t.Fatalf("got %d entries and links at %d", len(entries), links)
	}
	got := page[:entries[0][0]]
	for i, at := range entries {
		end := links + 1
		if i+1 < len(entries) {
			end = entries[i+1][0]
		}
		tag, entry := page[at[2]:at[3]], page[at[0]:end]
		if want := fmt.Sprintf("F%d", i+1); tag != want {
			t.Errorf("got the entry of %s, want %s", tag, want)
		}
		if reason := strings.Contains(entry, "\nNot played: "); reason == (players[tag] != nil) {
			t.Errorf("%s: played by %d incidents, and says why none does: %v", tag, len(players[tag]), reason)
		}
		if !strings.Contains(strings.Join(strings.Fields(entry), " "), "*Source:* ") {
			t.Errorf("%s: no source", tag)
		}
		got += playedBy.ReplaceAllString(entry, "") + played(players[tag])
		delete(players, tag)
	}
	got += page[links+1:]
	for tag, list := range players { // order: for a person
		t.Errorf("%s has no entry, and %s has it among its tags", tag, list[0].Name)
	}
	if *rewrite {
		if err := os.WriteFile(fieldPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		page = got
	}
	if diff := cmp.Diff(page, got); diff != "" {
		t.Errorf("%s is out of date (-it +the library; go test ./scenarios/incidents -rewrite):\n%s", fieldPage, diff)
	}
}

// played is a table of incidents, with the first sentences of each.
func played(all []*scenarios.Scenario) string {
	if len(all) == 0 {
		return ""
	}
	table := "| played by | |\n|---|---|\n"
	for _, s := range all {
		about := strings.Join(strings.Fields(s.About), " ")
		if first := gist.FindString(about); first != "" {
			about = strings.TrimSpace(first)
		}
		link := fmt.Sprintf("[%s](../scenarios/incidents/%s/%s.yaml)", s.Name, Folder(s.Name), s.Name)
		table += "| " + link + " | " + strings.NewReplacer("|", `\|`, "*", `\*`).Replace(about) + " |\n"
	}
	return table + "\n"
}

// TestFieldLinks: the sources that the page names are the ones below it.
func TestFieldLinks(t *testing.T) {
	text, err := os.ReadFile(fieldPage)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`\]\[([a-z]+)\]`).FindAllStringSubmatch(string(text), -1) {
		named[m[1]] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^\[([a-z]+)\]: https://`).FindAllStringSubmatch(string(text), -1) {
		if !named[m[1]] {
			t.Errorf("the source %s is not named", m[1])
		}
		delete(named, m[1])
	}
	for name := range named { // order: for a person
		t.Errorf("there is no link for %s", name)
	}
}
