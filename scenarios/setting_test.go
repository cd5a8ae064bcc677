package scenarios

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestWith: settings change a copy, in their order, and the copy remembers
// them. All that is wrong is reported at once.
func TestWith(t *testing.T) {
	s := parsed(t, small)
	set := []Setting{{"nodes.*.standby.lan.hold", "12s"}, {"nodes.a.standby.lan.hold", "15s"}, {"duration", "80s"}}
	changed, err := s.With(set)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := changed.Nodes["a"].Standby["lan"].Hold, changed.Nodes["b"].Standby["lan"].Hold; a != 15*time.Second || b != 12*time.Second || changed.Duration != 80*time.Second {
		t.Errorf("got hold times %v and %v, duration %v", a, b, changed.Duration)
	}
	if s.Nodes["a"].Standby["lan"].Hold != 0 || s.Duration != time.Minute || len(s.Settings) != 0 {
		t.Errorf("the original has changed: %+v", s)
	}
	if got, want := SettingsText(changed.Settings), "*.standby.lan.hold=12s,a.standby.lan.hold=15s,duration=80s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got, want := SettingsText([]Setting{set[0], {"nodes.*.standby.lan.hello", "3s"}}), "hold=12s,hello=3s"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	_, err = s.With([]Setting{{"nodes.*.standby.lan.hlod", "12s"}, {"duration", "soon"}, {"duration", "80s"}})
	for _, want := range []string{`did you mean "hold"?`, `got "soon"`, "the path is set twice"} {
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if _, err := s.With([]Setting{{"duration", "1s"}}); !errors.Is(err, ErrInvalid) {
		t.Errorf("a timeline beyond the end: got %v", err)
	}
	for _, text := range []string{"", "duration", "=1s", "duration="} {
		if got, err := ParseSetting(text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
	if got, err := ParseSetting("a.b=c=d"); err != nil || got != (Setting{"a.b", "c=d"}) {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestLater: the faults of a copy and its end come later, and the outage of
// the same seed starts so much later; the original stays.
func TestLater(t *testing.T) {
	s := parsed(t, small)
	first := s.Timeline[0].At
	const phase = 700 * time.Millisecond
	moved, err := s.Later(phase)
	if err != nil {
		t.Fatal(err)
	}
	if moved.Timeline[0].At != first+phase || moved.Duration != s.Duration+phase || moved.Phase != phase {
		t.Errorf("got a fault at %v, the end at %v, a phase of %v", moved.Timeline[0].At, moved.Duration, moved.Phase)
	}
	if s.Timeline[0].At != first || s.Phase != 0 {
		t.Errorf("the original has changed: %+v", s.Timeline)
	}
	if again, err := moved.Later(phase); err != nil || again.Phase != 2*phase || again.Timeline[0].At != first+2*phase {
		t.Errorf("twice: got %+v, %v", again, err)
	}
	if _, err := s.Later(-1); !errors.Is(err, ErrInvalid) {
		t.Errorf("a negative phase: got %v", err)
	}
	s.Timeline = nil
	if _, err := s.Later(1); !errors.Is(err, ErrInvalid) {
		t.Errorf("no fault: got %v", err)
	}
	if _, err := parsed(t, varied).Later(1); !errors.Is(err, ErrVariants) {
		t.Errorf("variants: got %v", err)
	}
}
