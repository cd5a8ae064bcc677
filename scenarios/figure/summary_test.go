package figure_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/cablepull/cablepull/scenarios/figure"
	"github.com/cablepull/cablepull/sim/oracle"
)

// outages returns the figures of runs of a minute, with one outage of c1 each.
func outages(runs int, d func(i int) (time.Duration, bool)) (all []figure.Values) {
	for i := range runs {
		length, open := d(i)
		m := oracle.Measures{Outages: []oracle.Outage{{Client: "c1", Duration: length, Open: open}}}
		all = append(all, figure.Of(&m, figure.Verdict{Simulated: time.Minute}))
	}
	return all
}

// rising has outages of 8s and, run by run, a millisecond more.
func rising(i int) (time.Duration, bool) {
	return 8*time.Second + time.Duration(i)*time.Millisecond, false
}

// yearly returns a hundred runs that take two years together, of which some
// violated an invariant.
func yearly(violated int) (all []figure.Values) {
	for i := range 100 {
		v := figure.Verdict{Simulated: 2 * 365 * 24 * time.Hour / 100}
		if i < violated {
			v.Violated = []string{"one-active"}
		}
		all = append(all, figure.Of(&oracle.Measures{}, v))
	}
	return all
}

func TestOf(t *testing.T) {
	m := oracle.Measures{
		Outages: []oracle.Outage{{Client: "c1", Duration: 3 * time.Second}, {Client: "c2", Duration: 2 * time.Second, Open: true}},
		Groups:  []oracle.Group{{VIP: "192.0.2.100", Moves: 2}, {VIP: "192.0.2.200", Moves: 3}},
		Spread:  []oracle.Spread{{Node: "a", RequestShare: 0.25}, {Node: "b", RequestShare: 0.75}},
	}
	values := figure.Of(&m, figure.Verdict{Violated: []string{"one-active", "one-active"}, Failed: true, Simulated: time.Hour})
	for text, want := range map[string]struct {
		value    float64
		open     bool
		measured bool
	}{
		"outage":                  {3e9, true, true}, // the open one may be longer
		"outage.c1":               {3e9, false, true},
		"outage.c2":               {2e9, true, true},
		"outage.c3":               {},
		"group-moves":             {5, false, true},
		"group-moves.192.0.2.200": {3, false, true},
		"spread-share":            {0.75, false, true},
		"spread-share.a":          {0.25, false, true},
		"violated":                {1, false, true},
		"violated.one-active":     {1, false, true},
		"violated.one-server":     {0, false, true},
		"failed":                  {1, false, true},
		"unjudged":                {0, false, true},
		"simulated":               {3600e9, false, true},
		"dark-time":               {},
	} {
		value, open, measured := word(t, text).Value(values)
		if value != want.value || open != want.open || measured != want.measured {
			t.Errorf("%s: %v, open %v, measured %v; want %+v", text, value, open, measured, want)
		}
		w := word(t, text)
		if a, b, c := w.Value(values.Only(w)); a != value || b != open || c != measured {
			t.Errorf("%s: of its own values only, it is %v, %v, %v", text, a, b, c)
		}
	}
	unjudged := figure.Of(&oracle.Measures{}, figure.Verdict{Unjudged: true, Failed: true})
	for text, want := range map[string]bool{"unjudged": true, "failed": false, "violated": false, "violated.one-active": false, "outage": false} {
		if _, _, measured := word(t, text).Value(unjudged); measured != want {
			t.Errorf("%s of a run without a verdict: measured %v", text, measured)
		}
	}
}

func TestSummary(t *testing.T) {
	cut := func(i int) (time.Duration, bool) {
		d, _ := rising(i)
		return d, i >= 290
	}
	for _, row := range []struct {
		runs []figure.Values
		word string
		want string
	}{
		{outages(300, rising), "outage", "8.149s (8.132s..8.167s)"},
		{outages(300, rising), "outage.p99", "8.296s (8.292s.., needs 68 more runs)"},
		{outages(400, rising), "outage.p99", "8.395s (8.391s..8.399s)"},
		{outages(3, rising), "outage", "8.001s (needs 3 more runs)"},
		{outages(300, cut), "outage.p99", "at least 8.296s (8.292s.., needs 68 more runs)"},
		{outages(300, cut), "outage", "8.149s (8.132s..8.167s)"},
		{outages(300, rising), "outage.max", "8.299s"},
		{outages(300, rising), "outage.p0", "8s"},
		{outages(300, cut), "outage.max", "at least 8.299s"},
		{outages(300, rising), "violated", "0 of 300: below 1 %"},
		{outages(10, rising), "outage.any", "10 of 10: above 74 %"},
		{outages(1, rising), "failed", "0 of 1: below 95 %"},
		{outages(2, rising), "outage.mean", "8.001s (7.994s..8.007s)"},
		{yearly(0), "violated.per-year", "0: below 1.84 per year"},
		{yearly(2), "violated.per-year", "1 per year (0.121..3.61)"},
	} {
		s, err := figure.Summarise(row.runs, word(t, row.word))
		if err != nil || s.String() != row.want {
			t.Errorf("%s of %d runs: %q, %v; want %q", row.word, len(row.runs), s, err, row.want)
		}
	}
}

// TestSummaryOfSome: runs in which nothing was measured count only where that
// is an answer.
func TestSummaryOfSome(t *testing.T) {
	runs := outages(6, rising)
	for range 4 {
		runs = append(runs, figure.Of(&oracle.Measures{}, figure.Verdict{Violated: []string{"one-active"}, Failed: true, Simulated: time.Minute}))
	}
	runs = append(runs, figure.Of(&oracle.Measures{}, figure.Verdict{Unjudged: true}))
	for text, want := range map[string]string{
		"outage":              "8.002s (8s..8.005s), in 6 of 11 runs",
		"violated":            "4 of 10: 40 % (12.2 %..73.8 %), in 10 of 11 runs",
		"violated.one-active": "4 of 10: 40 % (12.2 %..73.8 %), in 10 of 11 runs",
		"violated.one-server": "0 of 10: below 26 %, in 10 of 11 runs",
		"unjudged":            "1 of 11: 9.09 % (0.23 %..41.3 %)",
	} {
		s, err := figure.Summarise(runs, word(t, text))
		if err != nil || s.String() != want {
			t.Errorf("%s: %q, %v; want %q", text, s, err, want)
		}
	}
	for text, want := range map[string]string{
		"dark-time":   "dark-time.p50: not measured: got no value in 11 runs",
		"outage.c2":   `got no value in 11 runs, want outage of c1 (did you mean "c1"?)`,
		"outage.meen": "want outage of c1 (or the statistic mean?)",
	} {
		if _, err := figure.Summarise(runs, word(t, text)); !errors.Is(err, figure.ErrNotMeasured) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := figure.Summarise(nil, word(t, "failed")); !errors.Is(err, figure.ErrNotMeasured) {
		t.Errorf("of no run: %v", err)
	}
}

func TestText(t *testing.T) {
	for _, row := range []struct {
		unit  figure.Unit
		value float64
		want  string
	}{
		{figure.Time, 0, "0s"}, {figure.Time, 999, "999ns"}, {figure.Time, 12_500, "12.5µs"}, {figure.Time, 125e6, "125ms"},
		{figure.Time, 999.96e6, "1s"}, {figure.Time, 8.4249e9, "8.425s"}, {figure.Time, 59.96e9, "1m00.0s"}, {figure.Time, 123.4e9, "2m03.4s"}, {figure.Time, 3723e9, "1h02m03s"},
		{figure.Time, -2e9, "-2s"},
		{figure.Number, 1100, "1,100"}, {figure.Number, 1234567.8, "1,234,568"}, {figure.Number, 0.125, "0.125"}, {figure.Number, 2, "2"}, {figure.Number, 0, "0"},
		{figure.Share, 0.01, "1 %"}, {figure.Share, 0.12345, "12.3 %"}, {figure.Share, 1, "100 %"},
		{figure.Yearly, 2.5, "2.5 per year"},
	} {
		if got := figure.Text(row.unit, row.value); got != row.want {
			t.Errorf("%v as %s is %q, want %q", row.value, row.unit, got, row.want)
		}
	}
}

func judged(t *testing.T, runs []figure.Values, condition string) figure.Judgement {
	t.Helper()
	c, err := figure.ParseCondition(condition)
	if err != nil {
		t.Fatal(err)
	}
	return figure.Judge(runs, c)
}

func TestJudge(t *testing.T) {
	mixed := outages(300, rising)
	for i := range 3 {
		mixed[i] = figure.Of(&oracle.Measures{}, figure.Verdict{Violated: []string{"one-active"}, Failed: true, Simulated: time.Minute})
	}
	cut := outages(300, func(i int) (time.Duration, bool) {
		d, _ := rising(i)
		return d, i == 0
	})
	for _, row := range []struct {
		runs      []figure.Values
		condition string
		outcome   figure.Outcome
		why       string
	}{
		{outages(300, rising), "outage.p99..10s", figure.Holds, ""},
		{outages(200, rising), "outage.p99..10s", figure.Undecided, "needs about 99 more runs"},
		{outages(300, rising), "outage.p99..8.1s", figure.Fails, ""},
		{outages(300, rising), "outage.p50=8.1s..8.2s", figure.Holds, ""},
		{outages(300, rising), "outage.p50=8.2s..9s", figure.Fails, ""},
		{outages(300, rising), "outage.p50=8s..8.151s", figure.Undecided, "more runs"},
		{outages(300, rising), "outage.p1=8s..", figure.Holds, ""},
		{outages(200, rising), "outage.p1=8s..", figure.Undecided, "needs about 99 more runs"},
		{outages(300, rising), "outage.max..8.3s", figure.Holds, ""},
		{outages(300, rising), "outage.max..8.2s", figure.Fails, ""},
		{cut, "outage.max..10s", figure.Undecided, "no number of runs"},
		{cut, "outage.max=1s..", figure.Holds, ""},
		{cut, "outage.min=9s..", figure.Undecided, "no number of runs"},
		{cut, "outage.p99..10s", figure.Undecided, "more runs"},
		{outages(300, rising), "violated..1%", figure.Holds, ""},
		{outages(200, rising), "violated..1%", figure.Undecided, "needs about 99 more runs"},
		{mixed, "violated..1%", figure.Undecided, "no number of runs"},
		{mixed, "violated..0.1%", figure.Fails, ""},
		{mixed, "violated..5%", figure.Holds, ""},
		{mixed, "violated..0%", figure.Fails, ""},
		{outages(300, rising), "violated..0%", figure.Undecided, "no number of runs"},
		{mixed, "outage.p99..10s", figure.Undecided, "needs about 2 more runs"},
		{outages(300, rising), "outage.mean..9s", figure.Holds, ""},
		{outages(300, rising), "outage.mean..8.15s", figure.Undecided, "more runs"},
		{outages(300, rising), "outage.mean..8s", figure.Fails, ""},
		{outages(300, rising), "violated.per-year..1", figure.Undecided, "more runs"},
		{outages(300, rising), "violated.per-year..6000", figure.Holds, ""},
		{outages(300, rising), "dark-time..1s", figure.Fails, ""},
		{outages(300, rising), "outage.p50±5%", figure.Holds, ""},
		{outages(300, rising), "outage.p50±1ms", figure.Undecided, "more runs"},
	} {
		j := judged(t, row.runs, row.condition)
		if j.Outcome != row.outcome || !strings.Contains(j.Why(), row.why) || (row.why == "") != (j.Why() == "") || j.Passed() != (row.outcome == figure.Holds) {
			t.Errorf("%s of %d runs: %s, %q; want %s, %q", row.condition, len(row.runs), j, j.Why(), row.outcome, row.why)
		}
	}
}

// TestMoreRunsDecide: as many more runs as a judgement asks for decide it, if
// they go on like those so far.
func TestMoreRunsDecide(t *testing.T) {
	for _, condition := range []string{"outage.p99..10s", "outage.p50..8.105s", "outage.mean..8.103s", "violated..1%"} {
		same := func(i int) (time.Duration, bool) { return rising(i * 77 % 200) } // evenly
		j := judged(t, outages(200, same), condition)
		if j.Outcome != figure.Undecided || j.More == 0 {
			t.Errorf("%s: %s, want undecided, and a number of runs", condition, j)
			continue
		}
		n := 200 + j.More
		if after := judged(t, outages(n+n/10, same), condition); after.Outcome == figure.Undecided {
			t.Errorf("%s: undecided after the %d more runs that it asked for: %s", condition, j.More, after)
		}
		// Half of them are too few, although a part of a cycle moves the mean a little.
		if n := 200 + j.More/2; judged(t, outages(n, same), condition).Outcome != figure.Undecided {
			t.Errorf("%s: decided after %d runs, long before %d more", condition, n, j.More)
		}
	}
}

func TestJudgementInOneLine(t *testing.T) {
	j := judged(t, outages(200, rising), "outage.p99..10s")
	want := "outage.p99: undecided: got 8.197s (8.194s.., needs 99 more runs), want ..10s; needs about 99 more runs"
	if j.String() != want {
		t.Errorf("%q, want %q", j, want)
	}
	if j := judged(t, outages(3, rising), "dark-time..1s"); !reflect.DeepEqual(j.Got, "no value in 3 runs") {
		t.Errorf("%s", j)
	}
}
