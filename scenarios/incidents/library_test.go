package incidents

import (
	"errors"
	"strings"
	"testing"
)

func TestLibraryLoads(t *testing.T) {
	all, err := All()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("the library is empty")
	}
	for i, s := range all {
		if s.Name != Names()[i] {
			t.Errorf("got scenario %s in the file of %s", s.Name, Names()[i])
		}
		if s.About == "" || len(s.Tags) == 0 || len(s.Expect) == 0 {
			t.Errorf("%s: want about, tags and expectations", s.Name)
		}
	}
}

func TestFindSaysWhatThereIs(t *testing.T) {
	_, err := Find("cable-pul")
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `(did you mean "cable-pull"?)`) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"", "..", "../incidents/cable-pull", "cable-pull.yaml"} {
		if _, err := Find(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("Find(%q): got %v, want ErrUnknown", name, err)
		}
	}
}

func TestTagged(t *testing.T) {
	all, err := Tagged(nil)
	if err != nil || len(all) != len(Names()) {
		t.Errorf("without tags: got %d (%v), want all %d", len(all), err, len(Names()))
	}
	none, err := Tagged([]string{"F999"})
	if err != nil || len(none) != 0 {
		t.Errorf("a tag that nobody has: got %d (%v), want none", len(none), err)
	}
	some, err := Tagged([]string{"f1", "REAL"})
	if err != nil || len(some) == 0 || len(some) == len(all) {
		t.Errorf("got %d (%v), want some of %d", len(some), err, len(all))
	}
	tagged := map[string]bool{}
	for _, s := range some {
		tagged[s.Name] = true
	}
	for _, s := range all {
		text := " " + strings.ToLower(strings.Join(s.Tags, " ")) + " "
		if want := strings.Contains(text, " f1 ") || strings.Contains(text, " real "); tagged[s.Name] != want {
			t.Errorf("%s with the tags %s: got %v, want %v", s.Name, text, tagged[s.Name], want)
		}
	}
}
