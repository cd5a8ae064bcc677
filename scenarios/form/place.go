package form

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// Place is a position in the file, counted from 1, in characters.
type Place struct{ Line, Column int }

func placeOf(t *token.Token) Place {
	if t == nil || t.Position == nil {
		return Place{1, 1}
	}
	return Place{t.Position.Line, t.Position.Column}
}

// Fail records a problem at a place. Those after ProblemMax are only counted.
func (d *Decoder) Fail(at Place, path []string, format string, args ...any) {
	if d.full() {
		d.more++
		return
	}
	p := Problem{Path: cut(strings.Join(path, "."), 200), Message: cut(fmt.Sprintf(format, args...), 1000)}
	if d.lines != nil {
		p.Line, p.Column, p.Excerpt = at.Line, at.Column, excerpt(d.lines, at)
	}
	d.problems = append(d.problems, p)
}

// Add records problems that another decoder of the document has found, and how
// many more it has counted.
func (d *Decoder) Add(more int, problems ...Problem) {
	kept := min(len(problems), max(0, ProblemMax-len(d.problems)))
	d.problems = append(d.problems, problems[:kept]...)
	d.more += more + len(problems) - kept
}

// full reports whether more problems are only counted.
func (d *Decoder) full() bool { return len(d.problems) >= ProblemMax }

// found is how many problems were found, kept or not.
func (d *Decoder) found() int { return len(d.problems) + d.more }

// More is how many problems were found beyond those that are kept.
func (d *Decoder) More() int { return d.more }

// cut shortens what a hostile file made long.
func cut(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most]) + "…"
}

// FailNode records a problem at a node.
func (d *Decoder) FailNode(n Node, path []string, format string, args ...any) {
	d.Fail(d.PlaceOf(n), path, format, args...)
}

// PlaceOf is where a reader would look for a node: a block mapping begins at
// its first key, not at its first colon.
func (d *Decoder) PlaceOf(n Node) Place {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return placeOf(m.Values[0].Key.GetToken())
	}
	return placeOf(n.GetToken())
}

// PlaceInText is the place of a character in a scalar, counted from 1; of one
// that takes several lines, its beginning.
func (d *Decoder) PlaceInText(n Node, character int) Place {
	at := placeOf(n.GetToken())
	if text, ok := n.(*ast.StringNode); ok {
		at.Column += character - 1
		if text.Value != "" && isQuoted(text.GetToken().Origin) {
			at.Column++
		}
	}
	return at
}

// isQuoted says whether a scalar was written in quotes.
func isQuoted(origin string) bool {
	for _, c := range origin {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c == '"' || c == '\''
		}
	}
	return false
}

// SetPlace says where the value of a path stands.
func (d *Decoder) SetPlace(path []string, at Place) { d.places[strings.Join(path, ".")] = at }

// PlaceOfPath is where the value of a path stands, or what contains it.
func (d *Decoder) PlaceOfPath(path []string) Place {
	if d.lines == nil {
		return Place{} // there is no document
	}
	for n := len(path); n > 0; n-- {
		if at, known := d.places[strings.Join(path[:n], ".")]; known {
			return at
		}
	}
	return Place{1, 1}
}

// ProblemAt is a problem of the value of a path, with its place and excerpt. It
// is not counted among those of the document.
func (d *Decoder) ProblemAt(path []string, message string) Problem {
	p := Problem{Path: strings.Join(path, "."), Message: message}
	if d.lines != nil {
		at := d.PlaceOfPath(path)
		p.Line, p.Column, p.Excerpt = at.Line, at.Column, excerpt(d.lines, at)
	}
	return p
}

// Problems returns what was found wrong so far, in the order of the document.
func (d *Decoder) Problems() []Problem {
	slices.SortStableFunc(d.problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return d.problems
}

// excerpt shows a line of the file with a caret below the column.
func excerpt(lines []string, at Place) string {
	if at.Line < 1 || at.Line > len(lines) {
		return ""
	}
	const width, before = 100, 60 // of long lines, show a window around the column
	text := []rune(strings.Map(func(c rune) rune {
		if c < ' ' {
			return ' ' // a tab would push the caret away
		}
		return c
	}, lines[at.Line-1]))
	column := min(max(at.Column, 1), len(text)+1)
	start := 0
	if len(text) > width && column > before {
		start = column - before
	}
	window := strings.TrimRight(string(text[start:min(len(text), start+width)]), " ")
	number := fmt.Sprintf("%5d", at.Line)
	return fmt.Sprintf("%s | %s\n%s | %s^", number, window, strings.Repeat(" ", len(number)), strings.Repeat(" ", column-1-start))
}
