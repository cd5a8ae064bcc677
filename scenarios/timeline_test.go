package scenarios

import (
	"errors"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/sim/fault"
)

// TestFaultsThatOnlyTheRunRefuses: what the file cannot show is a mistake of
// the timeline nevertheless, at its place.
func TestFaultsThatOnlyTheRunRefuses(t *testing.T) {
	for _, c := range []struct {
		timeline, want string
		is             error
	}{
		{ // both at one instant: the machine is up only after it
			"- 20s: reboot a down 10s\n  - 30s: [heal, set a standby.priority 90]",
			"dir/x.yaml:11:17: timeline.1.1: set a standby.priority 90 at 30s: a: the machine is not up", fault.ErrDown,
		},
		{ // possible alone, but not beside a hold time of 10 s
			"- 20s: set b standby.hello 20s",
			"dir/x.yaml:10:10: timeline.0.0: set b standby.hello 20s at 20s: standby.lan.hello: refused: HoldTimer: got 10s, want more than", fault.ErrRefused,
		},
	} {
		s, err := Parse("dir/x.yaml", []byte(strings.Replace(small, "- 30s: pull a.lan", c.timeline, 1)))
		if err != nil {
			t.Errorf("%s: %v", c.timeline, err)
			continue
		}
		o, err := s.Run(t.Context(), RunOptions{Seed: 1})
		if !errors.Is(err, ErrInvalid) || !errors.Is(err, c.is) || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, %v\nwant %s", c.timeline, o, err, c.want)
		}
		if strings.Count(err.Error(), "\n") != 2 {
			t.Errorf("%s: got no excerpt: %v", c.timeline, err)
		}
	}
}

// TestUnreadStepDecidesNothing: a step that cannot be read may have switched
// the machine on.
func TestUnreadStepDecidesNothing(t *testing.T) {
	_, err := Parse("x", []byte(strings.Replace(small, "- 30s: pull a.lan", "- 30s: crash a\n  - 40s: bot a\n  - 50s: freeze a", 1)))
	invalid, is := IsInvalid(err)
	if !is || len(invalid.Problems) != 1 || !strings.Contains(err.Error(), `(did you mean "boot"?)`) {
		t.Errorf("got %v, want the misspelt verb only", err)
	}
}
