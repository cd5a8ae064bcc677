package balance

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestWindow(t *testing.T) {
	var w Window
	for i, tc := range []struct {
		boot, sequence uint32
		want           bool
		why            string
	}{
		{0, 0, false, "sequence 0 does not exist"},
		{0, 1, true, "the first"},
		{0, 1, false, "a repeat"},
		{1, 0, false, "sequence 0 of a new boot"},
		{1, 5, true, "a new boot, joined late"},
		{0, 2, false, "an earlier boot"},
		{0, 6, false, "an earlier boot with a higher number"},
		{1, 3, true, "one behind, not heard yet"},
		{1, 3, false, "now it was"},
		{1, 5, false, "the highest again"},
		{1, 4, true, "between the two"},
		{1, 68, true, "63 ahead"},
		{1, 5, false, "the last that the window covers, heard"},
		{1, 4, false, "64 behind: too old"},
		{1, 6, true, "62 behind"},
		{1, 200, true, "far ahead"},
		{1, 68, false, "heard, and too old"},
		{1, 137, true, "63 behind"},
		{1, 136, false, "64 behind, although never heard"},
		{1, 199, true, "the jump cleared the window"},
		{2, 1, true, "a new boot begins anew"},
		{1, 201, false, "the boot before it"},
		{2, 1, false, "a repeat in the new boot"},
		{2, math.MaxUint32, true, "the last number"},
		{2, math.MaxUint32 - 63, true, "63 behind it"},
		{2, 1, false, "numbers do not start again"},
		{math.MaxUint32, 1, true, "the last boot"},
	} {
		if got := w.Accept(tc.boot, tc.sequence); got != tc.want {
			t.Fatalf("step %d, boot %d sequence %d: got %v, want %v: %s", i, tc.boot, tc.sequence, got, tc.want, tc.why)
		}
	}
}

// TestWindowAgainstList compares with a list of all that was accepted.
func TestWindowAgainstList(t *testing.T) {
	type message struct{ boot, sequence uint32 }
	rapid.Check(t, func(t *rapid.T) {
		var w Window
		accepted := map[message]bool{}
		var last message
		for range rapid.IntRange(1, 100).Draw(t, "messages") {
			near := uint32(max(1, int(last.sequence)+rapid.IntRange(-80, 80).Draw(t, "near")))
			m := message{uint32(rapid.IntRange(int(last.boot)-1, int(last.boot)+1).Draw(t, "boot")), near}
			if m.boot == math.MaxUint32 || rapid.IntRange(0, 9).Draw(t, "same boot") > 0 {
				m.boot = last.boot
			}
			newer := m.boot > last.boot || m.boot == last.boot && m.sequence > last.sequence
			want := newer || m.boot == last.boot && last.sequence-m.sequence < 64 && !accepted[m]
			if got := w.Accept(m.boot, m.sequence); got != want {
				t.Fatalf("%+v after %+v: got %v, want %v", m, last, got, want)
			}
			if want {
				accepted[m] = true
			}
			if newer {
				last = m
			}
		}
	})
}
