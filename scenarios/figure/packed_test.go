package figure

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPacked: packed values are read as they were written, and nothing else is
// read.
func TestPacked(t *testing.T) {
	want := Packed{
		{ID: "outage", Of: "c1", Whole: 8_702_000_000}, {ID: "outage", Of: "c 2, éü", Open: true}, {ID: "kept", Of: "pull a.lan", Share: 1.0 / 3},
		{ID: "kept", Share: 1e-300, Open: true}, {ID: "failed"}, {ID: "moves", Whole: -1},
	}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Packed
	if err := json.Unmarshal(text, &got); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if text, err := (Packed{{ID: "a", Of: "c\td\ne"}}).MarshalText(); err != nil || string(text) != "a\tc d e\t0\n" {
		t.Errorf("got %q, %v", text, err)
	}
	for _, bad := range []string{"outage", "outage\tc1", "outage\tc1\tx", "outage\tc1\t1\tx", "outage\tc1\t1\t0\tx", "\n"} {
		if err := got.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q: got %v, want an error", bad, got)
		}
	}
}
