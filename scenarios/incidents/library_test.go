package incidents

import (
	"errors"
	"path/filepath"
	"slices"
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

// TestFolders: each file is found by its name, whatever its folder, and an
// incident that runs real programs only for itself stands with those.
func TestFolders(t *testing.T) {
	onDisk, err := filepath.Glob("*/*.yaml")
	if err != nil || len(onDisk) != len(Names()) {
		t.Errorf("%d files, %d names (%v): want one name for each file", len(onDisk), len(Names()), err)
	}
	real, err := Choose(Choice{Folders: []string{"real"}})
	if err != nil || len(real) == 0 || len(real) == len(Names()) {
		t.Fatalf("got %d (%v), want some of %d", len(real), err, len(Names()))
	}
	for _, s := range real {
		if Folder(s.Name) != "real" || !slices.Contains(s.Tags, "real") {
			t.Errorf("%s in %s with the tags %v: want the folder and the tag real", s.Name, Folder(s.Name), s.Tags)
		}
	}
	_, err = Choose(Choice{Folders: []string{"real", "stand"}})
	if !errors.Is(err, ErrFolder) || !strings.Contains(err.Error(), "standby") {
		t.Errorf("a folder that there is not: got %v, want ErrFolder and the folders that there are", err)
	}
}

func TestFindSaysWhatThereIs(t *testing.T) {
	_, err := Find("cable-pul")
	if !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `(did you mean "cable-pull"?)`) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"", "..", "../incidents/cable-pull", "cable-pull.yaml", "standby/cable-pull", "standby"} {
		if _, err := Find(name); !errors.Is(err, ErrUnknown) {
			t.Errorf("Find(%q): got %v, want ErrUnknown", name, err)
		}
	}
}

func TestTags(t *testing.T) {
	all, err := Choose(Choice{})
	if err != nil || len(all) != len(Names()) {
		t.Errorf("without tags: got %d (%v), want all %d", len(all), err, len(Names()))
	}
	none, err := Choose(Choice{Tags: []string{"F999"}})
	if err != nil || len(none) != 0 {
		t.Errorf("a tag that nobody has: got %d (%v), want none", len(none), err)
	}
	some, err := Choose(Choice{Tags: []string{"f1", "REAL"}})
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
