package topology

import (
	"errors"
	"testing"
)

// TestPortRange: what is wrong first; what is right prints as it was written.
func TestPortRange(t *testing.T) {
	for _, text := range []string{"", "-", "0", "0-5", "5-", "-5", "6-5", "1-65536", "99999", "a-b", "1-2-3", "1 - 2", "+1"} {
		var r PortRange
		if err := r.UnmarshalText([]byte(text)); !errors.Is(err, ErrPortRange) || r != (PortRange{}) {
			t.Errorf("%q: got %v, %v, want %v", text, r, err, ErrPortRange)
		}
	}
	for text, want := range map[string]PortRange{"1": {1, 1}, "50000-50009": {50000, 50009}, "1-65535": {1, 65535}} {
		var r PortRange
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want || r.String() != text {
			t.Errorf("%q: got %v, %v, want %v", text, r, err, want)
		}
	}
	if got := (PortRange{}).String(); got != "" {
		t.Errorf("no range: got %q", got)
	}
}

func TestPortRangeContains(t *testing.T) {
	r := PortRange{10, 12}
	for port, want := range map[uint16]bool{0: false, 9: false, 10: true, 11: true, 12: true, 13: false} {
		if got := r.Contains(port); got != want {
			t.Errorf("%v contains %d: got %v", r, port, got)
		}
	}
	if (PortRange{}).Contains(0) {
		t.Error("no range contains port 0")
	}
	for o, want := range map[PortRange]bool{
		{1, 9}: false, {1, 10}: true, {11, 11}: true, {12, 20}: true, {13, 20}: false, {1, 20}: true, {}: false,
	} {
		if r.overlaps(o) != want || o.overlaps(r) != want {
			t.Errorf("%v and %v: got %v and %v, want %v", r, o, r.overlaps(o), o.overlaps(r), want)
		}
	}
}
