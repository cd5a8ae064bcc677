package incidents

import (
	"os"
	"path"
	"regexp"
	"strings"
	"testing"
)

var (
	runLine = regexp.MustCompile(`(?m)^cablepull run ([^#\n]*)`)
	seenIn  = regexp.MustCompile(`(?m)^\|[^|\n]*\|([^|\n]*)\|`)
)

// TestSystemsPage: what docs/systems.md tells its reader to run is in the
// library, and so is what its tables say a defect is seen in.
func TestSystemsPage(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../docs/systems.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, line := range runLine.FindAllStringSubmatch(string(text), -1) {
		names = append(names, strings.Fields(line[1])...)
	}
	for _, row := range seenIn.FindAllStringSubmatch(string(text), -1) {
		if cell := strings.TrimSpace(row[1]); cell != "seen in" && !strings.Contains(cell, "---") {
			names = append(names, strings.Split(cell, ", ")...)
		}
	}
	const least = 20
	if len(names) < least {
		t.Errorf("found %d names of incidents, want at least %d: %q", len(names), least, names)
	}
	for _, name := range names {
		found := strings.HasPrefix(name, "--") || strings.HasSuffix(name, ".yaml")
		for _, s := range all {
			if fits, _ := path.Match(strings.TrimSpace(name), s.Name); fits {
				found = true
			}
		}
		if !found {
			t.Errorf("docs/systems.md names %q, which is no incident", name)
		}
	}
}
