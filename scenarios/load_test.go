package scenarios

import "testing"

func TestLibraryLoads(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		t.Logf("%+v", s)
	}
}
