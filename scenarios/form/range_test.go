package form

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"
)

func TestRangeTextAndContent(t *testing.T) {
	for text, want := range map[string]struct {
		in, out []time.Duration
		printed string
	}{
		"7s..10s":   {[]time.Duration{7 * time.Second, 10 * time.Second}, []time.Duration{7*time.Second - 1, 10*time.Second + 1}, "7s..10s"},
		"..3s":      {[]time.Duration{0, 3 * time.Second}, []time.Duration{3*time.Second + 1}, "..3s"},
		"0s..3s":    {[]time.Duration{0}, []time.Duration{4 * time.Second}, "..3s"},
		"7s..":      {[]time.Duration{7 * time.Second, time.Hour}, []time.Duration{6 * time.Second}, "7s.."},
		"8s":        {[]time.Duration{8 * time.Second}, []time.Duration{8*time.Second - 1, 8*time.Second + 1}, "8s"},
		"0s":        {[]time.Duration{0}, []time.Duration{1}, "0s"},
		"1m .. 60m": {[]time.Duration{time.Minute}, []time.Duration{time.Second}, "1m..1h"},
	} {
		var r Range[time.Duration]
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if r.String() != want.printed {
			t.Errorf("%s: printed %s, want %s", text, r, want.printed)
		}
		for _, d := range want.in {
			if !r.Contains(d) {
				t.Errorf("%s does not contain %s", text, d)
			}
		}
		for _, d := range want.out {
			if r.Contains(d) {
				t.Errorf("%s contains %s", text, d)
			}
		}
	}
	if none := (Range[int]{}); !none.Contains(0) || !none.Contains(1e9) || none.String() != "any" {
		t.Errorf("the absent interval: %v", none)
	}
}

func TestRangeRefuses(t *testing.T) {
	var spans Range[time.Duration]
	var counts Range[int]
	var shares Range[Share]
	var figures Range[float64]
	for _, text := range []string{"", "..", "7", "7..10", "10s..7s", "-1s..1s", "7s...10s", "7s..10s..12s", "x"} {
		if err := spans.UnmarshalText([]byte(text)); !errors.Is(err, ErrRange) {
			t.Errorf("span %q: got %v", text, err)
		}
	}
	for _, text := range []string{"", "1s", "-1", "1.5", "3..1", "9999999999999999999"} {
		if err := counts.UnmarshalText([]byte(text)); !errors.Is(err, ErrRange) {
			t.Errorf("count %q: got %v", text, err)
		}
	}
	for _, text := range []string{"", "1s", "-0.1", "NaN", "1..NaN", "Inf", "1e400", "3..1.5", "x"} {
		if err := figures.UnmarshalText([]byte(text)); !errors.Is(err, ErrRange) {
			t.Errorf("figure %q: got %v", text, err)
		}
	}
	for _, text := range []string{"", "101%", "-1%", "50", "NaN", "x%"} {
		if err := shares.UnmarshalText([]byte(text)); !errors.Is(err, ErrRange) {
			t.Errorf("share %q: got %v", text, err)
		}
	}
}

func TestRangeConstructors(t *testing.T) {
	for got, want := range map[string]string{
		Between(7*time.Second, 10*time.Second).String(): "7s..10s",
		AtLeast(Share(0.95)).String():                   "95%..",
		AtMost(3).String():                              "..3",
		Exactly(Share(1)).String():                      "100%",
		Between(0.25, 100_000_000).String():             "0.25..100000000",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestRangeWiden(t *testing.T) {
	for text, want := range map[string]string{"7s..10s": "6s..11s", "500ms": "..1.5s", "7s..": "6s..", "..3s": "..4s"} {
		var r Range[time.Duration]
		if err := r.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if got := r.Widen(time.Second).String(); got != want {
			t.Errorf("%s widened by 1s is %s, want %s", text, got, want)
		}
	}
	if none := (Range[int]{}).Widen(1); none.Given {
		t.Errorf("the absent interval widened is %v", none)
	}
}

// TestProblemsOfIntervalsInGo: no text is read as these.
func TestProblemsOfIntervalsInGo(t *testing.T) {
	for want, got := range map[string]string{
		"":                                Range[int]{}.Problem() + Between(1, 2).Problem() + AtLeast(Share(1)).Problem() + AtMost(0.5).Problem(),
		"want the lower end first":        Between(2*time.Second, time.Second).Problem(),
		"want 0% to 100%":                 AtLeast(Share(95)).Problem(),
		"got ..9500%, want 0% to 100%; a": AtMost(Share(95)).Problem(),
		"want no negative end":            AtLeast(math.NaN()).Problem(),
	} {
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
