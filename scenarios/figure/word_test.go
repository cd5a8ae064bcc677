package figure_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/sim/oracle"
)

func word(t *testing.T, text string) figure.Word {
	t.Helper()
	w, err := figure.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestParse(t *testing.T) {
	for _, row := range []struct {
		text, id, of string
		statistic    figure.Statistic
		unit         figure.Unit
	}{
		{"outage", "outage", "", "p50", figure.Time},
		{"outage.p99", "outage", "", "p99", figure.Time},
		{"outage.p99.9", "outage", "", "p99.9", figure.Time},
		{"outage.c1.p50", "outage", "c1", "p50", figure.Time},
		{"outage.c1", "outage", "c1", "p50", figure.Time},
		{"outage.any", "outage", "", figure.Any, figure.Share},
		{"group-moves", "group-moves", "", figure.Mean, figure.Number},
		{"group-moves.192.0.2.100.max", "group-moves", "192.0.2.100", figure.Max, figure.Number},
		{"group-moves.per-year", "group-moves", "", figure.PerYear, figure.Yearly},
		{"connections-lost.cut a~b.mean", "connections-lost", "cut a~b", figure.Mean, figure.Number},
		{"spread-share", "spread-share", "", "p50", figure.Share},
		{"violated", "violated", "", figure.Any, figure.Share},
		{"violated.one-active", "violated", "one-active", figure.Any, figure.Share},
		{"violated.per-year", "violated", "", figure.PerYear, figure.Yearly},
		{"failed", "failed", "", figure.Any, figure.Share},
		{"takeover-at", "takeover-at", "", "p50", figure.Time},
	} {
		w := word(t, row.text)
		if w.ID != row.id || w.Of != row.of || w.Statistic != row.statistic || w.Unit() != row.unit {
			t.Errorf("%s: %q of %q, %s in %s", row.text, w.ID, w.Of, w.Statistic, w.Unit())
		}
		if again := word(t, w.String()); again != w {
			t.Errorf("%s: %v reads as %v", row.text, w, again)
		}
	}
}

func TestParseProblems(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "want a figure such as outage.p99",
		"outge.p99":           `got "outge", want one of`,
		"outage.":             "got nothing after the point",
		"outage.p101":         "got p101, want a statistic: p0 to p100",
		"outage.per-year":     "want a count, such as violated.per-year",
		"violatd":             `did you mean "violated"?`,
		"outage-p99":          `(did you mean "outage"?)`,
		"request-failed":      `did you mean "requests-failed"?`,
		"hold":                "(cablepull help figures)",
		"spread-share.p100.1": "got p100.1, want",
	} {
		_, err := figure.Parse(text)
		if !errors.Is(err, figure.ErrWord) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestEachColumnIsAWord: IDs have no point, which would end them, and differ.
func TestEachColumnIsAWord(t *testing.T) {
	if len(figure.IDs()) < len(oracle.Columns()) {
		t.Errorf("%d IDs for %d columns", len(figure.IDs()), len(oracle.Columns()))
	}
	for _, id := range figure.IDs() {
		if w := word(t, id); w.ID != id || w.Of != "" {
			t.Errorf("%s is read as %v", id, w)
		}
	}
	if !slices.IsSorted(figure.IDs()) {
		t.Error("the IDs are not sorted")
	}
}

func TestParseCondition(t *testing.T) {
	for text, want := range map[string]string{
		"outage.p99..10s":           "outage.p99..10s",
		"outage..10s":               "outage.p50..10s",
		"outage.p99=5s..10s":        "outage.p99=5s..10s",
		"outage.p99 = ..10s":        "outage.p99..10s",
		"outage.p99=5s..":           "outage.p99=5s..",
		"violated..1%":              "violated.any..1%",
		"group-moves..0.5":          "group-moves.mean..0.5",
		"group-moves.per-year..2.5": "group-moves.per-year..2.5",
		"outage.p99±5%":             "outage.p99±5%",
		"outage.p99+-200ms":         "outage.p99±200ms",
		"violated±0.5%":             "violated.any±0.5%",
		"group-moves±0.5":           "group-moves.mean±0.5",
	} {
		c, err := figure.ParseCondition(text)
		if err != nil || c.String() != want {
			t.Errorf("%q: %v, %v; want %q", text, c, err, want)
			continue
		}
		if again, err := figure.ParseCondition(c.String()); err != nil || again.String() != want {
			t.Errorf("%q: read again as %v, %v", text, again, err)
		}
	}
	for text, relative := range map[string]float64{"outage.p99±5%": 0.05, "violated±5%": 0, "group-moves±5%": 0.05} {
		c, err := figure.ParseCondition(text)
		if err != nil || c.Width.Relative != relative || (c.Width.Absolute > 0) == (relative > 0) {
			t.Errorf("%q: %+v, %v", text, c.Width, err)
		}
	}
}

func TestParseConditionProblems(t *testing.T) {
	for text, want := range map[string]string{
		"outage.p99":         "want limits such as outage.p99..10s",
		"outage.p99..10":     "outage.p99, a time: bad interval",
		"outage.p99..5%":     "want an interval such as 7s..10s",
		"violated..1s":       "violated.any, a share of runs: bad interval",
		"violated..101%":     "want an interval such as 40%",
		"outge..1s":          `got "outge"`,
		"outage.p99±":        "width: got \"\", want a percentage",
		"outage.p99±0%":      "width: got \"0%\", want",
		"outage.p99±x":       "want a percentage, or a length such as 200ms",
		"outage±1s..2s":      "width: got",
		"outage.p99=10s..5s": "want the lower end first",
	} {
		if c, err := figure.ParseCondition(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, c, err, want)
		}
	}
}
