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
