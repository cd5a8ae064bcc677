package expect

import (
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/cablepull/cablepull/scenarios/form"
)

// TestMoved: instants of the run from the first fault on come later. Earlier
// ones stay, and so do ends that stand for those of the run, and what counts
// from a fault.
func TestMoved(t *testing.T) {
	const first, by = 40 * time.Second, 250 * time.Millisecond
	within := func(from, to time.Duration) Window {
		return Window{From: from * time.Second, To: to * time.Second}
	}
	after := Window{After: CauseOf("pull a.lan"), From: 50 * time.Second, To: 60 * time.Second}
	span := form.Between(39*time.Second, 41*time.Second)
	half := form.Between(39*time.Second, 41*time.Second+by)
	for _, c := range []struct{ x, want Expectation }{
		{Active{Window: within(10, 40)}, Active{Window: Window{From: 10 * time.Second, To: 40*time.Second + by}}},
		{Active{Window: within(39, 0)}, Active{Window: within(39, 0)}},
		{Active{Window: after}, Active{Window: after}},
		{Active{At: 45 * time.Second}, Active{At: 45*time.Second + by}},
		{Active{At: 45 * time.Second, Window: Window{After: CauseOf("pull a.lan")}}, Active{At: 45 * time.Second, Window: Window{After: CauseOf("pull a.lan")}}},
		{Becomes{At: span, Between: span}, Becomes{At: half, Between: span}},
		{Becomes{At: form.AtLeast(first)}, Becomes{At: form.AtLeast(first + by)}},
		{Said{Between: span}, Said{Between: half}},
		{Said{Between: span, Window: after}, Said{Between: span, Window: after}},
		{Moves{Count: form.Exactly(1)}, Moves{Count: form.Exactly(1)}},
	} {
		text := c.x.Text()
		if got := Moved(c.x, first, by); !cmp.Equal(got, c.want, cmp.AllowUnexported(Cause{}), cmpopts.EquateComparable(netip.Addr{})) {
			t.Errorf("%s: got %+v, want %+v", text, got, c.want)
		}
		if c.x.Text() != text {
			t.Errorf("%s: the original has become %s", text, c.x.Text())
		}
	}
}
