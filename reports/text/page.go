package text

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ink is how a piece of text stands out.
type ink uint8

const (
	plain ink = iota
	dim
	bold
	good
	bad
	warn
	accent
	command // bold, and printed as it is: reports.Command has made it safe
)

// escapes are the parameters of ANSI's "select graphic rendition".
var escapes = [...]string{plain: "", dim: "2", bold: "1", good: "32", bad: "1;31", warn: "1;33", accent: "36", command: "1"}

// span is a piece of a line.
type span struct {
	text string
	ink  ink
}

// page collects lines. All text on it is made safe: a name or a cause cannot
// move the cursor.
type page struct {
	Options
	out strings.Builder
}

func newPage(o Options) *page { return &page{Options: o.bounded()} }

// writeTo writes the page.
func (p *page) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, p.out.String())
	return err
}

// line prints spans and ends the line, without spaces at its end.
func (p *page) line(spans ...span) {
	for len(spans) > 0 {
		last := &spans[len(spans)-1]
		last.text = strings.TrimRight(p.printed(*last), " ")
		if last.text != "" {
			break
		}
		spans = spans[:len(spans)-1]
	}
	for i, s := range spans {
		if p.Colour && s.ink != plain && (i == 0 || spans[i-1].ink != s.ink) {
			p.out.WriteString("\x1b[" + escapes[s.ink] + "m")
		}
		p.out.WriteString(p.printed(s))
		if p.Colour && s.ink != plain && (i == len(spans)-1 || spans[i+1].ink != s.ink) {
			p.out.WriteString("\x1b[0m")
		}
	}
	p.out.WriteByte('\n')
}

// section prints the empty line before a section, unless it is the first one.
func (p *page) section() {
	if p.out.Len() > 0 && !p.Quiet {
		p.line()
	}
}

// heading prints a title over a section.
func (p *page) heading(title string) {
	p.line()
	p.wrapped(nil, []span{{title, bold}})
}

// wrapped prints head and then body, word by word, on as many lines as it
// takes; the lines after the first are indented by the width of head. A
// no-break space holds words together.
func (p *page) wrapped(head, body []span) { p.wrappedTo(p.Width, head, body) }

// prose prints a paragraph.
func (p *page) prose(text string) {
	p.wrappedTo(min(p.Width, proseMax), nil, []span{{text, plain}})
}

func (p *page) wrappedTo(width int, head, body []span) {
	indent := 0
	for _, s := range head {
		indent += p.width(s.text)
	}
	line, used := head, indent
	blank := []span{{strings.Repeat(" ", indent), plain}}
	blank = blank[:1:1] // appending to it copies it
	for _, s := range body {
		for _, word := range strings.SplitAfter(s.text, " ") {
			word = p.clean(word)
			size := utf8.RuneCountInString(strings.TrimRight(word, " "))
			for most := width - indent; size > most && most > 0; size -= most { // no line holds it
				if used > indent {
					p.line(line...)
					line = blank
				}
				p.line(append(line, span{string([]rune(word)[:most]), s.ink})...)
				word, line, used = string([]rune(word)[most:]), blank, indent
			}
			if size > 0 && used > indent && used+size > width {
				p.line(line...)
				line, used = blank, indent
				word = strings.TrimLeft(word, " ")
			}
			line = append(line, span{word, s.ink})
			used += utf8.RuneCountInString(word)
		}
	}
	p.line(line...)
}

// width is the number of columns that text takes.
func (p *page) width(text string) int { return utf8.RuneCountInString(p.clean(text)) }

// pad fills text up to width columns, at its left side if right is set.
func (p *page) pad(text string, width int, right bool) string {
	text = p.clean(text)
	room := strings.Repeat(" ", max(width-utf8.RuneCountInString(text), 0))
	if right {
		return room + text
	}
	return text + room
}

// shorten cuts text to width columns.
func (p *page) shorten(text string, width int) string {
	text = p.clean(text)
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	more := p.clean("…")
	if width <= 2*len(more) {
		more = "" // the mark would take more than it gives
	}
	return string([]rune(text)[:width-utf8.RuneCountInString(more)]) + more
}

// plainly is how our own signs are written in ASCII.
var plainly = strings.NewReplacer("→", "->", "×", "x", "µ", "u", "…", "..", "·", "-", "—", "-", "–", "-", "≥", ">=", "≤", "<=",
	"━", "=", "─", "-", "±", "+-")

// printed is the text of a span as it is printed.
func (p *page) printed(s span) string {
	if s.ink == command {
		return s.text
	}
	return p.clean(s.text)
}

// clean makes text safe to print: no control characters, and no more than ASCII
// where that is asked for.
func (p *page) clean(text string) string {
	safe := func(r rune) bool { return r >= ' ' && r < 0x7f }
	if strings.IndexFunc(text, func(r rune) bool { return !safe(r) }) < 0 {
		return text
	}
	if !p.Unicode {
		text = plainly.Replace(text)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case safe(r) || p.Unicode && unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return ' '
		default:
			return '?'
		}
	}, text)
}
