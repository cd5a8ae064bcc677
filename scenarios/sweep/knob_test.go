package sweep

import (
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKnobs(t *testing.T) {
	for text, want := range map[string][]string{
		"a.b=1s,2s":                  {"1s", "2s"},
		"hold=6s..12s/2s":            {"6s", "8s", "10s", "12s"},
		"hold=6s..11s/2s":            {"6s", "8s", "10s"}, // the upper end is no multiple
		"rate=10/s..30/s/10/s":       {"10/s", "20/s", "30/s"},
		"share=0%..1%/0.5%":          {"0%", "0.5%", "1%"},
		"n=1,4..6/1,9":               {"1", "4", "5", "6", "9"},
		"profile=datapower,ios":      {"datapower", "ios"},
		"announce=[0s, 1s],[]":       {"[0s, 1s]", "[]"},
		`about="a, b",'c..d'`:        {`"a, b"`, `'c..d'`},
		" hold = 1s , 2s ":           {"1s", "2s"},
		"hold=900ms..1100ms/100ms":   {"900ms", "1s", "1.1s"},
		"nodes.*.x={a: 1, b: 2},off": {"{a: 1, b: 2}", "off"},
	} {
		k, err := ParseKnob(text)
		if diff := cmp.Diff(want, k.Values); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestBadKnobsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "want PATH=",
		"hold":                      "want PATH=",
		"hold=":                     "want PATH=",
		"=1s":                       "want PATH=",
		"hold=1s,,2s":               "empty value",
		"hold=1s,1s":                "the value 1s twice",
		"hold=fast..slow":           `a range from "fast"`,
		"hold=30s..6s/2s":           "lower end first",
		"hold=6s..30/2s":            "one unit",
		"hold=6s..30":               "one unit",
		"hold=6s..30s/0s":           "above zero",
		"hold=1ms..1h/1ms":          "at most 10000",
		"hold=6s..30s,40s":          "beside other values",
		"hold=6s..30s,40s..50s":     "two ranges",
		"hold=6s..many/2s":          "want a range such as",
		"rate=1/s..100/s/10/minute": "want a range such as",
	} {
		if k, err := ParseKnob(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want an error with %q", text, k, err, want)
		}
	}
}

func TestRangesWithoutAStep(t *testing.T) {
	k, err := ParseKnob("hold=6s..30s")
	if err != nil || k.Values != nil {
		t.Fatalf("got %v, %v, want a range", k.Values, err)
	}
	if got := k.At(big.NewRat(1, 4)); got != "12s" {
		t.Errorf("a quarter: got %s, want 12s", got)
	}
	if got := k.String(); got != "hold=6s..30s" {
		t.Errorf("got %s, want what was read", got)
	}
}

func TestAWordIsAValueAtAnyShare(t *testing.T) {
	k, err := ParseKnob("profile=a,b,c")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"a", "a", "b", "b", "c", "c", "c"} {
		if got := k.At(big.NewRat(int64(i), 6)); got != want {
			t.Errorf("%d/6: got %s, want %s", i, got, want)
		}
	}
}
