package child

import (
	"strings"
	"testing"
)

// TestTail: what a process says at the end is kept, however much it says.
func TestTail(t *testing.T) {
	var end Tail
	for range 1000 {
		end.Write([]byte(strings.Repeat("x", 100)))
	}
	end.Write([]byte("the end"))
	if got := end.String(); len(got) != TailMax || !strings.HasSuffix(got, "xthe end") {
		t.Errorf("got %d bytes that end with %q, want %d", len(got), got[len(got)-10:], TailMax)
	}
}
