package picture

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/sim/oracle"
)

// TestAxisOfOneValue: figures that are all alike get an axis that a person can
// read, with their value on it.
func TestAxisOfOneValue(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  oracle.Unit
		want  []string
	}{
		{0, oracle.Count, []string{"0", "0.4", "0.8"}},
		{0, oracle.Share, []string{"0%", "40%", "80%"}},
		{0, oracle.Span, []string{"0s", "400ms", "800ms"}},
		{float64(10 * time.Second), oracle.Span, []string{"10s", "10.4s", "10.8s"}},
	} {
		v := newValueAxis(c.value, c.value, c.unit, 0, 100)
		var got []string
		for _, tick := range v.ticks() {
			got = append(got, v.label(tick))
		}
		for _, want := range c.want {
			if !slices.Contains(got, want) {
				t.Errorf("%v %s: got ticks %v, want %s among them", c.value, c.unit, got, want)
			}
		}
		if at := v.at(c.value); at < 0 || at > 50 {
			t.Errorf("%v %s: got it at %v of 100", c.value, c.unit, at)
		}
	}
}
