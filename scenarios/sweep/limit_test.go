package sweep

import (
	"errors"
	"strings"
	"testing"
)

// search plays a limit against a condition.
func search(t *testing.T, text string, lowest bool, now string, holds func(q Quantity) bool) (*Limit, int) {
	t.Helper()
	l, err := ParseLimit(text, lowest, func(string) (string, error) { return now, nil })
	if err != nil {
		t.Fatal(err)
	}
	for tries := 0; tries < 100; tries++ {
		q, more := l.Next()
		if !more {
			return l, tries
		}
		l.Tell(q, holds(q))
	}
	t.Fatal("the search does not end")
	return nil, 0
}

func TestLimitFindsTheEnd(t *testing.T) {
	for _, c := range []struct {
		text   string
		lowest bool
		now    string
		end    int64 // the condition holds up to here, or from here on
		low    string
		high   string
	}{
		{"rate=1/s..1000/s", false, "", 347, "340/s", "347/s"},
		{"rate", false, "20/s", 3470, "3401/s", "3470/s"},    // doubles from 20/s
		{"rate", false, "20/s", 7, "7/s", "7/s"},             // halves, and finds each whole number
		{"hold=1s..1m", true, "", 7_300_000_000, "8s", "8s"}, // whole seconds, as the ends are
		{"hold=1.001s..1m", true, "", 7_300_000_000, "7.3s", "7.446s"},
		{"hold", true, "10s", 7_300_000_000, "8s", "8s"},
		{"hold", true, "10s", 73_000_000_000, "1m13s", "1m14s"},
	} {
		l, tries := search(t, c.text, c.lowest, c.now, func(q Quantity) bool { return q.amount <= c.end != c.lowest || q.amount == c.end })
		got, fails, err := l.Found()
		low, _ := parseQuantity(c.low)
		high, _ := parseQuantity(c.high)
		if err != nil || got.amount < low.amount || got.amount > high.amount || fails == nil || tries > 20 {
			t.Errorf("%s: got %s after %d tries, fails at %v, %v, want %s to %s", c.text, got, tries, fails, err, c.low, c.high)
		}
	}
}

func TestLimitAtTheEndOfItsRange(t *testing.T) {
	l, tries := search(t, "rate=1/s..1000/s", false, "", func(Quantity) bool { return true })
	if got, fails, err := l.Found(); err != nil || got.String() != "1000/s" || fails != nil || tries != 2 {
		t.Errorf("it holds everywhere: got %s, %v, %v after %d tries, want the end after two", got, fails, err, tries)
	}
	l, tries = search(t, "rate=1/s..1000/s", false, "", func(Quantity) bool { return false })
	if _, _, err := l.Found(); !errors.Is(err, ErrNowhere) || tries != 1 {
		t.Errorf("it holds nowhere: got %v after %d tries, want that after one", err, tries)
	}
	l, tries = search(t, "rate", false, "20/s", func(Quantity) bool { return false })
	if _, _, err := l.Found(); !errors.Is(err, ErrNowhere) || tries > 6 {
		t.Errorf("it holds nowhere: got %v after %d tries, want that once 1/s has failed", err, tries)
	}
}

func TestBadLimits(t *testing.T) {
	for text, want := range map[string]string{
		"":                   "want a path",
		"=1..2":              "want a path",
		"rate=1/s,2/s":       "without a step",
		"rate=1/s..9/s/1/s":  "without a step",
		"profile":            "cannot be searched",
		"rate=9/s..1/s":      "lower end first",
		"rate=many..9/s":     "want a number",
		"nodes.c1.client.up": "cannot be searched",
	} {
		l, err := ParseLimit(text, false, func(string) (string, error) { return "datapower", nil })
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want an error with %q", text, l, err, want)
		}
	}
	gone := errors.New("there is no such path")
	if _, err := ParseLimit("x", false, func(string) (string, error) { return "", gone }); !errors.Is(err, gone) {
		t.Errorf("got %v, want the error of the scenario", err)
	}
}
