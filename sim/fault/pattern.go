package fault

import (
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// Pattern is a regular expression for what follows the verb of a line. Go and
// ECMAScript read it alike, so that the schema of scenarios can show it to
// editors. It accepts whatever Parse accepts; Parse also refuses what no
// pattern can see, such as a node that is in a partition twice.
//
// Patterns are put together from pieces, each of which begins with the spaces
// before its first word.
type Pattern string

// space separates words: what unicode.IsSpace says of the characters.
const space = `[\t-\r\x85\p{Z}]`

// The values that a line can hold.
const (
	aName    Pattern = space + "+" + topology.NamePattern
	aPort    Pattern = aName + `\.` + topology.NamePattern
	aCable   Pattern = aName + "~" + topology.NamePattern
	aSpan    Pattern = space + "+(" + topology.SpanPattern + ")"
	aPercent Pattern = space + `+[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)%`
	aCount   Pattern = space + `+\+?[0-9]+`
	anyWord  Pattern = space + `+[\p{L}\p{M}\p{N}\p{P}\p{S}]+`
	// forSpan ends the lines of faults that can be undone.
	forSpan Pattern = "(" + space + "+for" + aSpan + ")?"
)

// literal is one word, given as a regular expression.
func literal(text string) Pattern { return space + "+" + Pattern(text) }

// oneWord is one of several words.
func oneWord(words ...string) Pattern { return literal("(" + strings.Join(words, "|") + ")") }

// maybe is what may be left out.
func maybe(p Pattern) Pattern { return "(" + p + ")?" }

// many is at least one of something.
func many(p Pattern) Pattern { return "(" + p + ")+" }

// either is one of several pieces.
func either(all ...Pattern) Pattern {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = string(p)
	}
	return Pattern("(" + strings.Join(texts, "|") + ")")
}

// Pattern returns the regular expression of whole lines of this kind.
func (r *Row) Pattern() string {
	return "^" + space + "*" + r.verb + string(r.pattern) + space + "*$"
}
