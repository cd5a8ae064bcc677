package filesync

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestDifference: what a copy would do with each file.
func TestDifference(t *testing.T) {
	one := File{"api", 5 * time.Second, 100, "a/1"}
	for name, row := range map[string]struct {
		from, to        []File
		copied, deleted string
	}{
		"new":                    {[]File{one}, nil, "api", ""},
		"same":                   {[]File{one}, []File{one}, "", ""},
		"same age and size":      {[]File{one}, []File{{"api", 5 * time.Second, 100, "b/7"}}, "", ""},
		"older":                  {[]File{one}, []File{{"api", 4 * time.Second, 100, "b/7"}}, "api", ""},
		"newer, and overwritten": {[]File{one}, []File{{"api", 6 * time.Second, 100, "b/7"}}, "api", ""},
		"of another size":        {[]File{one}, []File{{"api", 5 * time.Second, 99, "b/7"}}, "api", ""},
		"only there":             {nil, []File{one}, "", "api"},
		"nothing here and there": {nil, nil, "", ""},
		"one there and one here": {[]File{one}, []File{{Name: "other"}}, "api", "other"},
	} {
		copied, deleted := Difference(row.from, row.to)
		if got, want := names(copied)+" "+names(deleted), row.copied+" "+row.deleted; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func names(all []File) (s string) {
	for _, f := range all {
		s += f.Name
	}
	return s
}

// TestTree: a tree keeps its files in order, tells of changes, and gives each
// version a content of its own, also after it was made anew.
func TestTree(t *testing.T) {
	tree := NewTree(File{Name: "b", Content: "release/b"})
	changes := 0
	tree.OnChange(func() { changes++ })
	first := tree.Write(time.Second, "m", "a", 10)
	second := tree.Write(2*time.Second, "m", "a", 10)
	if first.Content == second.Content || second.Origin() != "m" {
		t.Errorf("got %v and %v, want two contents of m", first, second)
	}
	if got := tree.List(); len(got) != 2 || got[0] != second || got[1].Name != "b" {
		t.Errorf("got %v, want a and b", got)
	}
	if _, had := tree.Delete("c"); had || changes != 2 {
		t.Errorf("a file that there is not: deleted %t, %d changes", had, changes)
	}
	again := NewTree(tree.List()...)
	if !slices.Equal(again.List(), tree.List()) {
		t.Errorf("made anew: got %v, want %v", again.List(), tree.List())
	}
	if third := again.Write(3*time.Second, "m", "a", 10); third.Content == second.Content || third.Content == first.Content {
		t.Errorf("made anew: got content %s again", third.Content)
	}
	if got := fmt.Sprint(changes); got != "2" {
		t.Errorf("got %s changes, want 2", got)
	}
}
