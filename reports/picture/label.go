package picture

import (
	"html"
	"unicode/utf8"
)

// Sizes of text, in units of a picture.
const (
	letterWidth = 6.6 // of a wide average letter
	letterAbove = 9   // the base line
	letterBelow = 3
)

// box is where a text stands.
type box struct{ left, top, right, bottom float64 }

// overlaps reports whether two texts touch each other.
func (b box) overlaps(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

// wide is how much room a text needs.
func wide(text string) float64 { return letterWidth * float64(utf8.RuneCountInString(text)) }

// place is the box of a text whose base line is at y.
func place(x, y float64, a anchor, text string) box {
	w := wide(text)
	switch a {
	case atMiddle:
		x -= w / 2
	case atEnd:
		x -= w
	}
	return box{x, y - letterAbove, x + w, y + letterBelow}
}

// free reports whether a text would touch no other one.
func (c *canvas) free(b box) bool {
	for _, other := range c.labels {
		if b.overlaps(other) {
			return false
		}
	}
	return true
}

// text writes text if there is room for it: it touches no other text and does
// not leave the picture.
func (c *canvas) text(class string, x, y float64, a anchor, text string) bool {
	b := place(x, y, a, text)
	if text == "" || b.left < 0 || b.right > c.width || !c.free(b) {
		return false
	}
	c.labels = append(c.labels, b)
	c.begin("text", "class", class, "x", num(x), "y", num(y), "text-anchor", string(a))
	c.out.WriteString(html.EscapeString(text))
	c.end("text")
	return true
}

// shorten cuts text in its middle so that it is so wide at most: both ends of a
// name tell it from others.
func shorten(text string, width float64) string {
	letters := []rune(text)
	most := int(width / letterWidth)
	if len(letters) <= most {
		return text
	}
	if most < 3 {
		return ""
	}
	head := most / 2
	return string(letters[:head]) + "…" + string(letters[len(letters)-(most-head-1):])
}
