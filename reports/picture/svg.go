package picture

import (
	"html"
	"strconv"
	"strings"
)

// SVG is a picture as an element of a page. What others wrote is escaped in it.
type SVG string

// canvas is an SVG under construction. All text on it is escaped, and numbers
// have one decimal, so that equal runs have equal bytes.
type canvas struct {
	out    strings.Builder
	width  float64
	labels []box // where text stands
}

// anchor is where a text has its position.
type anchor string

// The anchors.
const (
	atStart  anchor = "start"
	atMiddle anchor = "middle"
	atEnd    anchor = "end"
)

// num prints a coordinate.
func num(x float64) string {
	text := strconv.FormatFloat(x, 'f', 1, 64)
	if text = strings.TrimSuffix(text, ".0"); text == "-0" {
		return "0"
	}
	return text
}

// tag writes an element with attributes (name, value, name, value ...) and, if
// it is not empty, a title, which browsers show when the mouse rests on it.
func (c *canvas) tag(name, title string, attributes ...string) {
	c.begin(name, attributes...)
	if title != "" {
		c.out.WriteString("<title>" + html.EscapeString(title) + "</title>")
	}
	c.end(name)
}

// begin writes the begin of an element.
func (c *canvas) begin(name string, attributes ...string) {
	c.out.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] != "" {
			c.out.WriteString(" " + attributes[i] + `="` + html.EscapeString(attributes[i+1]) + `"`)
		}
	}
	c.out.WriteString(">")
}

// end writes the end of an element.
func (c *canvas) end(name string) { c.out.WriteString("</" + name + ">\n") }

// rect draws a rectangle of a class of the style sheet.
func (c *canvas) rect(class string, x, y, w, h float64, title string) {
	c.tag("rect", title, "class", class, "x", num(x), "y", num(y), "width", num(max(w, 0)), "height", num(max(h, 0)))
}

// line draws a straight line.
func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	c.tag("path", "", "class", class, "d", "M"+num(x1)+" "+num(y1)+"L"+num(x2)+" "+num(y2))
}

// path draws a path, in the language of SVG.
func (c *canvas) path(class, d, title string) { c.tag("path", title, "class", class, "d", d) }

// html returns the picture, which is so high, with what it shows for those who
// cannot see it.
func (c *canvas) html(height float64, about string) SVG {
	head := `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ` + num(c.width) + " " + num(height) + `" aria-label="` + html.EscapeString(about) + `">` + "\n"
	return SVG(head + c.out.String() + "</svg>\n")
}
