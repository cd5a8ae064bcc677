package page

import (
	"encoding/json"
	"fmt"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/oracle"
)

// document is a whole page: its head, the body, and the scripts.
func document(f frame, class string, body ...g.Node) g.Node {
	body = append(body,
		h.Footer(g.Text("Written by cablepull. This page is complete: it asks nothing of any network.")),
		unless(f.UPlot == "", func() g.Node { return h.Script(g.Raw(f.UPlot)) }),
		h.Script(g.Raw(f.Script)))
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(f.Policy)),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Link(h.Rel("icon"), h.Href("data:,")),
			h.TitleEl(g.Text(f.Title+" – cablepull")),
			h.StyleEl(g.Raw(f.Style))),
		h.Body(append([]g.Node{classed(class)}, body...)...)))
}

// unless returns a node unless there is nothing to show.
func unless(nothing bool, node func() g.Node) g.Node {
	if nothing {
		return nil
	}
	return node()
}

// classed is the attribute of a class, unless it is empty.
func classed(class string) g.Node {
	return unless(class == "", func() g.Node { return h.Class(class) })
}

// each returns a node for each of several values.
func each[T any](all []T, node func(T) g.Node) g.Node {
	nodes := make(g.Group, len(all))
	for i, v := range all {
		nodes[i] = node(v)
	}
	return nodes
}

// word is an inline element with a class, after a space; nothing if it says
// nothing.
func word(element func(...g.Node) g.Node, class, says string) g.Node {
	return unless(says == "", func() g.Node { return g.Group{g.Text(" "), element(classed(class), g.Text(says))} })
}

func about(says string) g.Node { return h.P(h.Class("about"), g.Text(says)) }

// aligned is the class of a column of numbers.
func aligned(right bool) g.Node {
	return unless(!right, func() g.Node { return h.Class("right") })
}

func factList(all []fact) g.Node {
	return h.Dl(h.Class("facts"), each(all, func(f fact) g.Node {
		return h.Div(h.Dt(g.Text(f.Name)), h.Dd(g.Text(f.Value)))
	}))
}

// figure shows a picture, what can be zoomed, and the numbers.
func figure(f picture.Figure) g.Node {
	return h.Section(h.ID(f.Name), h.Class("figure"),
		h.H2(g.Text(f.Title)),
		about(f.About),
		unless(f.Drawing == "", func() g.Node { return drawn(f.Drawing) }),
		unless(f.Plot == nil, func() g.Node {
			return h.Div(h.Class("plot"), h.Script(h.Type("application/json"), g.Raw(asJSON(f.Plot))))
		}),
		unless(len(f.Table.Rows) == 0, func() g.Node { return numbers(f.Table) }))
}

func drawn(svg picture.SVG) g.Node { return h.Div(h.Class("drawing"), g.Raw(string(svg))) }

// piece shows a picture alone.
func piece(f picture.Figure) g.Node {
	return g.Group{h.H3(g.Text(f.Title)), about(f.About), drawn(f.Drawing)}
}

// asJSON is a plot for a script. No text in it can end the script, because
// json.Marshal escapes angle brackets.
func asJSON(p *picture.Plot) string {
	form, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("page: plot %s: %v", p.YName, err)) // it has numbers and words alone
	}
	return string(form)
}

// numbers is the table of a picture.
func numbers(t picture.Table) g.Node {
	return h.Details(h.Summary(g.Text("Table")),
		h.Div(h.Class("scroll"), h.Table(
			h.THead(h.Tr(each(t.Columns, func(c picture.Column) g.Node {
				return h.Th(aligned(c.Right), g.Text(c.Heading))
			}))),
			h.TBody(each(t.Rows, func(row []string) g.Node {
				cells := make(g.Group, len(row))
				for i, cell := range row {
					cells[i] = h.Td(aligned(t.Columns[i].Right), g.Text(cell))
				}
				return h.Tr(cells, g.Raw("\n"))
			})))),
		unless(t.Omitted == "", func() g.Node { return about(t.Omitted) }))
}

// tones are the classes of cells that stand out.
var tones = map[oracle.Tone]string{oracle.Good: "good", oracle.Bad: "bad"}

// sheet is a table of measures.
func sheet(s text.Sheet) g.Node {
	return g.Group{h.H3(g.Text(s.Title)), h.Div(h.Class("scroll"), h.Table(
		h.THead(h.Tr(each(s.Columns, func(c text.Heading) g.Node {
			return h.Th(aligned(c.Right), g.Text(c.Text))
		}))),
		h.TBody(each(s.Rows, func(row []text.Cell) g.Node {
			cells := make(g.Group, len(row))
			for i, cell := range row {
				class := tones[cell.Tone]
				if s.Columns[i].Right {
					class = "right " + class
				}
				cells[i] = h.Td(h.Class(class), g.Text(cell.Text))
			}
			return h.Tr(cells, g.Raw("\n"))
		}))))}
}

// search is a box that shows a part of a list. A script makes it visible.
func search(label, example string) g.Node {
	return h.P(h.Class("filter"), g.Attr("hidden"),
		h.Label(g.Text(label+" "), h.Input(h.Type("search"), h.ID("filter"), h.Placeholder(example), h.AutoComplete("off"))),
		g.Text(" "), h.Span(h.ID("found"), h.Role("status")))
}
