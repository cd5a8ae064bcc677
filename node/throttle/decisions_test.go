package throttle

import (
	"testing"
	"time"
)

// TestDecisions: a decision counts from when it comes until its end, by the
// clock of the gateway; an older one does not replace it.
func TestDecisions(t *testing.T) {
	const s = time.Second
	d := func(made, until time.Duration) Decision { return Decision{"app1", until, made} }
	for _, c := range []struct {
		name    string
		closed  bool
		taken   []Decision
		at      time.Duration
		allowed bool
	}{
		{"none", false, nil, 5 * s, true},
		{"counts", false, []Decision{d(0, 10*s)}, 10*s - 1, false},
		{"is over", false, []Decision{d(0, 10*s)}, 10 * s, true},
		{"is over, and fails closed", true, []Decision{d(0, 10*s)}, time.Hour, false},
		{"a newer one", false, []Decision{d(0, 10*s), d(5*s, 15*s)}, 12 * s, false},
		{"an older one comes late", false, []Decision{d(5*s, 15*s), d(0, 10*s)}, 12 * s, false},
		{"taken back", true, []Decision{d(0, 10*s), d(5*s, 5*s)}, 6 * s, true},
	} {
		all := Decisions{Closed: c.closed}
		for _, d := range c.taken {
			all.Take(0, d)
		}
		if got := all.Allowed(c.at, "app1"); got != c.allowed {
			t.Errorf("%s: got %v, want %v", c.name, got, c.allowed)
		}
		if !all.Allowed(c.at, "app2") {
			t.Errorf("%s: another key is not let through", c.name)
		}
	}
}

// TestParseDecision: a decision reads as it prints, and what is none is
// refused.
func TestParseDecision(t *testing.T) {
	for _, text := range []string{"", "app1", "app1 1", "app1 x 2", "app1 1 2 3"} {
		if d, err := ParseDecision(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, d)
		}
	}
	d := Decision{"app1", 15 * time.Second, 5 * time.Second}
	if got, err := ParseDecision(d.String()); err != nil || got != d {
		t.Errorf("got %v, %v, want %v", got, err, d)
	}
}
