package fault

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cablepull/cablepull/sim/topology"
)

// ErrSyntax is wrapped by every error of Parse.
var ErrSyntax = errors.New("bad fault")

// SyntaxError says what is wrong with a line, where, and what is allowed.
type SyntaxError struct {
	Line    string
	Column  int    // of the first wrong character, counted in characters from 1
	Message string // got and want
	Usage   string // of the verb; empty if there is no such verb
}

// Error implements error.
func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("fault: column %d: %s", e.Column, e.Message)
	if e.Usage != "" {
		text += "; usage: " + e.Usage
	}
	return text
}

// Unwrap makes errors.Is(err, ErrSyntax) true.
func (e *SyntaxError) Unwrap() error { return ErrSyntax }

// word is a part of a line between spaces.
type word struct {
	text   string
	column int // in characters, from 1
}

// Line is what follows the verb of a fault. A kind of fault reads it word by
// word, from left to right. After the first failure, all reads return zero
// values, so that a kind need not check for errors.
type Line struct {
	text  string
	words []word
	next  int
	end   int // column behind the last word
	err   *SyntaxError
}

// lineMax is the longest line that Parse reads, in bytes.
const lineMax = 4096

func newLine(text string) *Line {
	l := &Line{text: text, end: 1}
	start, column, startColumn := -1, 0, 0
	flush := func(end int) {
		if start >= 0 {
			l.words = append(l.words, word{text[start:end], startColumn})
			l.end, start = column+1, -1
		}
	}
	for i, c := range text {
		if unicode.IsSpace(c) {
			flush(i)
		} else if start < 0 {
			start, startColumn = i, column+1
		}
		column++
	}
	flush(len(text))
	return l
}

func (l *Line) fail(column int, format string, args ...any) {
	if l.err == nil {
		l.err = &SyntaxError{Line: l.text, Column: column, Message: fmt.Sprintf(format, args...)}
	}
}

// More reports whether words are left to read.
func (l *Line) More() bool { return l.err == nil && l.next < len(l.words) }

// peek returns the next word without taking it, or "".
func (l *Line) peek() string {
	if !l.More() {
		return ""
	}
	return l.words[l.next].text
}

// column is the column of the next word, or of the end of the line.
func (l *Line) column() int {
	if l.next < len(l.words) {
		return l.words[l.next].column
	}
	return l.end
}

// take returns the next word. If there is none, the error calls it what.
func (l *Line) take(what string) word {
	if l.err == nil && l.next >= len(l.words) {
		l.fail(l.end, "%s: got nothing, want one", what)
	}
	if l.err != nil {
		return word{column: l.end}
	}
	l.next++
	return l.words[l.next-1]
}

// Accept takes the next word if it is text.
func (l *Line) Accept(text string) bool {
	if !l.More() || l.peek() != text {
		return false
	}
	l.next++
	return true
}

// Expect takes the next word, which must be text.
func (l *Line) Expect(text string) {
	if l.err == nil && !l.Accept(text) {
		l.fail(l.column(), "got %s, want %q", quote(l.peek()), text)
	}
}

// OneOf takes the next word, which must be one of the allowed.
func (l *Line) OneOf(what string, allowed ...string) string {
	w := l.take(what)
	for _, a := range allowed {
		if w.text == a {
			return a
		}
	}
	l.fail(w.column, "%s: got %s, want %s%s", what, quote(w.text), anyOf(allowed), meant(w.text, allowed))
	return ""
}

// Name takes a name.
func (l *Line) Name(what string) string {
	w := l.take(what)
	return l.checkName(what, w)
}

func (l *Line) checkName(what string, w word) string {
	if l.err != nil {
		return ""
	}
	if err := topology.CheckName(w.text); err != nil {
		l.fail(w.column, "%s: %v", what, err)
		return ""
	}
	return w.text
}

// Port takes node and interface with a separator between them.
func (l *Line) Port(separator string) Port {
	w := l.take("interface")
	node, iface, found := strings.Cut(w.text, separator)
	if l.err == nil && !found {
		l.fail(w.column, "interface: got %s, want a node and its interface, such as a%slan", quote(w.text), separator)
	}
	return Port{
		Node:      l.checkName("node", word{node, w.column}),
		Interface: l.checkName("interface", word{iface, w.column + len(node) + len(separator)}),
	}
}

// Direction takes `in` or `out` if one of them comes next.
func (l *Line) Direction() Direction {
	for _, d := range []Direction{Out, In} {
		if l.Accept(string(d)) {
			return d
		}
	}
	return Both
}

// Span takes a duration of at least low.
func (l *Line) Span(what string, low time.Duration) time.Duration {
	w := l.take(what)
	if l.err != nil {
		return 0
	}
	d, err := time.ParseDuration(w.text)
	if err != nil {
		l.fail(w.column, "%s: got %s, want a duration such as 5s, 20ms or 1m30s", what, quote(w.text))
	} else if d < low {
		l.fail(w.column, "%s: got %s, want at least %s", what, w.text, formatSpan(low))
	}
	return d
}

// Share takes a percentage between low and high and returns it as a share: 1
// is 100%.
func (l *Line) Share(what string, low, high float64) float64 {
	w := l.take(what)
	if l.err != nil {
		return 0
	}
	share, err := parsePercent(w.text)
	if err != nil {
		l.fail(w.column, "%s: got %s, want a percentage such as 50%%", what, quote(w.text))
	} else if share < low || share > high {
		l.fail(w.column, "%s: got %s, want %s to %s", what, w.text, formatPercent(low), formatPercent(high))
	}
	return share
}

// Count takes a whole number between low and high.
func (l *Line) Count(what string, low, high int) int {
	w := l.take(what)
	return l.checkCount(what, w, w.text, low, high)
}

func (l *Line) checkCount(what string, w word, digits string, low, high int) int {
	if l.err != nil {
		return 0
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < low || n > high {
		l.fail(w.column, "%s: got %s, want a whole number from %d to %d", what, quote(w.text), low, high)
	}
	return n
}

// finish fails if words are left.
func (l *Line) finish() {
	if l.More() {
		l.fail(l.column(), "got %s, want the end of the line", quote(l.peek()))
	}
}

// quote quotes a word and shortens it: a line in a hostile file may be long.
func quote(text string) string {
	const most = 40
	if text == "" {
		return "nothing"
	}
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return strconv.Quote(text)
}

// anyOf lists the allowed words.
func anyOf(words []string) string {
	if len(words) == 1 {
		return words[0]
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// meant suggests the allowed word that a misspelt one probably means.
func meant(got string, allowed []string) string {
	if near := topology.Nearest(got, allowed); near != "" && got != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
