package fault

import (
	"regexp"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"
)

// patterns are those of all kinds, by verb.
var patterns = sync.OnceValue(func() map[string]*regexp.Regexp {
	all := map[string]*regexp.Regexp{}
	for _, row := range rows {
		all[row.verb] = regexp.MustCompile(row.Pattern())
	}
	return all
})

// matched returns the verb of the kind whose pattern accepts the line, or "".
func matched(t interface{ Errorf(string, ...any) }, line string) (verb string) {
	for _, row := range rows {
		if patterns()[row.verb].MatchString(line) {
			if verb != "" {
				t.Errorf("%q matches the patterns of %s and of %s", line, verb, row.verb)
			}
			verb = row.verb
		}
	}
	return verb
}

// TestPatternsAcceptWhatParseAccepts, for every kind: the lines that faults
// print, lines with spaces and signs that Parse also takes, and the end `for`.
func TestPatternsAcceptWhatParseAccepts(t *testing.T) {
	for _, g := range goldenLines {
		if verb, _, _ := strings.Cut(g.line, " "); matched(t, g.line) != verb {
			t.Errorf("%q does not match the pattern of %s", g.line, verb)
		}
	}
	for _, line := range []string{
		" \tpull\u00a0a.lan\u2003 silently\v", "freeze a for +1h.5m2.s3μs", "crash a for .5s", "skew a -0", "fill a memory -0%",
		"hog a service +.5%", "impair a~lan burst +1e2 loss 2.%", "drop tcp from a every +3 first 007", "drop tcp from a every 2th",
		"impair a~lan in queue 64KiB rate 1000bit/s for 5s", "set a standby.lan.track.0.weight -5 for 5s", "set a x for for 5s",
		"backend web http-1.0 for 5s", "backend web status +500", "yield a.lan", "partition one-way a b -> c1 for 1m",
	} {
		if _, err := Parse(line); err != nil {
			t.Errorf("Parse(%q): %v", line, err)
		}
		if matched(t, line) == "" {
			t.Errorf("%q matches no pattern", line)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		f := anyFault(t)
		if got := matched(t, f.String()); got != f.Row().verb {
			t.Fatalf("%q matches the pattern of %q", f, got)
		}
	})
}

// onlyParsed are wrong lines, by what is said of them, that no pattern can
// refuse: their words are well-formed, and wrong together or out of bounds.
var onlyParsed = []string{
	"in the partition twice", "in the line twice", "means nothing without", "want at least", ", want 0.0000001% to", "want -90% to",
	"want a whole number from", "want a number from 1", `got "|"`, `rate: got "99999999999Gbit/s"`,
}

// TestPatternsRefuseWhatParseRefuses as far as a pattern can see it.
func TestPatternsRefuseWhatParseRefuses(t *testing.T) {
	for _, line := range []string{
		"", "pul a.lan", "pull", "pull a", "pull A.lan", "pull a.lan quietly", "pull a.lan for", "pull a.lan for 5", "plug a.lan for 5s",
		"partition a", "partition a|b", "partition a -> b", "impair a~lan", "impair a~lan loss 2", "impair a~lan rate 10mbit", "hog a 100%",
		"drop hello a", "drop helo from a", "heal a b", "set a standby.priority", "skew a 5", "backend web ok for 5s", "crash a; crash b",
		"backend web status", "yield a.", "reboot a for 5s", "stop web on b",
	} {
		if verb := matched(t, line); verb != "" {
			t.Errorf("%q matches the pattern of %s", line, verb)
		}
		if _, err := Parse(line); err == nil {
			t.Errorf("Parse(%q): got no error", line)
		}
	}
	let := 0
	for _, g := range goldenErrors {
		if matched(t, g.line) == "" {
			continue
		}
		let++
		if _, err := Parse(g.line); !containsAny(err.Error(), onlyParsed) {
			t.Errorf("%q matches the pattern of %s: %v", g.line, matched(t, g.line), err)
		}
	}
	if let > 20 {
		t.Errorf("the patterns accept %d of %d wrong lines", let, len(goldenErrors))
	}
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

// TestExamplesAreOfTheirKind: what help and reference show is a line of the
// kind, and what it does is a phrase.
func TestExamplesAreOfTheirKind(t *testing.T) {
	for _, row := range rows {
		f, err := Parse(row.Example())
		if err != nil || f.Row() != row || f.String() != row.Example() {
			t.Errorf("%s: the example parses to %v, %v", row.verb, f, err)
		}
		if strings.HasSuffix(row.About(), ".") || strings.ToLower(row.About()[:1]) != row.About()[:1] {
			t.Errorf("%s: want a phrase, got %q", row.verb, row.About())
		}
	}
}
