package selfbalance

import (
	"errors"
	"testing"
)

func TestOverflowText(t *testing.T) {
	for o, name := range map[Overflow]string{EvictIdle: "evict", RefuseNew: "refuse"} {
		text, err := o.MarshalText()
		if err != nil || string(text) != name {
			t.Errorf("%d: got %q, %v, want %q", o, text, err, name)
		}
		var back Overflow = 9
		if err := back.UnmarshalText(text); err != nil || back != o {
			t.Errorf("%q: got %v, %v", text, back, err)
		}
	}
	if _, err := Overflow(2).MarshalText(); !errors.Is(err, ErrOverflow) {
		t.Errorf("Overflow(2): got %v, want ErrOverflow", err)
	}
	if s := Overflow(2).String(); s != "Overflow(2)" {
		t.Errorf("got %q", s)
	}
	for _, text := range []string{"", "Evict", "evict ", "drop"} {
		o := RefuseNew
		if err := o.UnmarshalText([]byte(text)); !errors.Is(err, ErrOverflow) || o != RefuseNew {
			t.Errorf("%q: got %v, %v, want ErrOverflow and no change", text, o, err)
		}
	}
}
