package sweep

import (
	"math/big"
	"testing"
)

func TestQuantitiesPrintAsTheyAreRead(t *testing.T) {
	for _, text := range []string{"6s", "1.5s", "250ms", "1m30s", "20/s", "0.5%", "100Mbit/s", "12", "-3", "0.001", "64KB"} {
		q, ok := parseQuantity(text)
		if !ok || q.String() != text {
			t.Errorf("%s: got %s, %v, want the same text", text, q, ok)
		}
	}
	for text, want := range map[string]string{"60s": "1m", "0.50": "0.5", "10.0%": "10%", "007": "7"} {
		if q, ok := parseQuantity(text); !ok || q.String() != want {
			t.Errorf("%s: got %s, %v, want %s", text, q, ok, want)
		}
	}
	for _, text := range []string{"", "fast", "1.2.3", "s", "1 s", "0.1234567", "12345678901234567890", "1..2"} {
		if q, ok := parseQuantity(text); ok {
			t.Errorf("%q: got %s, want none", text, q)
		}
	}
}

func TestBetweenKeepsToTheEnds(t *testing.T) {
	for _, c := range []struct {
		low, high string
		part, of  int64
		want      string
	}{
		{"6s", "30s", 0, 1, "6s"},
		{"6s", "30s", 1, 1, "30s"},
		{"6s", "30s", 1, 3, "14s"},
		{"6s", "30s", 1, 7, "9s"}, // whole seconds, as the ends are
		{"0.5s", "2s", 1, 7, "700ms"},
		{"1.001s", "2s", 1, 3, "1.334s"},
		{"1ms", "2ms", 1, 3, "1ms"},
		{"1", "10", 1, 2, "6"}, // whole numbers stay whole, and halves go up
		{"1.0", "10.0", 1, 2, "5.5"},
		{"0.5%", "3%", 1, 2, "1.8%"},
		{"10/s", "1000/s", 999, 1000, "999/s"},
	} {
		low, _ := parseQuantity(c.low)
		high, _ := parseQuantity(c.high)
		if got := low.between(high, big.NewRat(c.part, c.of)).String(); got != c.want {
			t.Errorf("%d/%d of %s..%s: got %s, want %s", c.part, c.of, c.low, c.high, got, c.want)
		}
	}
}
