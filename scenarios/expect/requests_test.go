package expect

import (
	"slices"
	"testing"

	"github.com/cablepull/cablepull/sim/event"
)

// TestFailureKinds: every failure that clients log may be expected, except for
// a mismatch, which breaks an invariant.
func TestFailureKinds(t *testing.T) {
	_, words := event.CanHold(event.RequestFailed{}.Kind(), "failure", "")
	want := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return w == "mismatched" || w == "status-" })
	if !slices.Equal(failureKinds, want) {
		t.Errorf("got %q, want %q", failureKinds, want)
	}
}
