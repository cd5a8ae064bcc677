package server

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// document is a whole page. What head has is added to what all pages have.
func document(title string, head g.Group, body ...g.Node) g.Node {
	return h.Doctype(h.HTML(
		h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.Link(h.Rel("icon"), h.Href("data:,")),
			h.Link(h.Rel("stylesheet"), h.Href("/style.css")),
			h.TitleEl(g.Text(title+" – cablepull")),
			head,
		),
		h.Body(body...),
	))
}

// view is the page that says why there is no other.
func (r refusal) view() g.Node {
	return document(r.Title, nil, h.Main(
		h.H1(g.Text(r.Title)),
		h.P(g.Text(r.Why)),
		home(),
	))
}

// home leads to the list.
func home() g.Node { return h.P(h.A(h.Href("/"), g.Text("All runs"))) }

// badge shows a verdict, for the eye and for a screen reader.
func badge(verdict string) g.Node {
	sign := map[string]string{"passed": "✓", "failed": "✗", "no verdict": "!", "skipped": "–"}[verdict]
	return h.Span(
		h.Class("verdict "+strings.ReplaceAll(verdict, " ", "-")),
		h.Span(h.Aria("hidden", "true"), g.Text(sign)),
		g.Text(" "+verdict),
	)
}

// version names the bench that played a run.
func version(r run) g.Node {
	return g.If(r.Version != "", g.Text(", cablepull "+r.Version))
}

// view is how far a series is. The script of the list finds the numbers by
// their classes.
func (s series) view() g.Node {
	class, title := "series", "A series of runs is going on"
	if s.Stopped {
		class, title = "series stopped", "A series of runs was killed"
	}
	return h.Section(
		h.Class(class), h.Data("path", s.Path),
		h.H2(g.Text(title)),
		h.P(
			h.Progress(
				h.Max(strconv.Itoa(s.Total)), h.Value(strconv.Itoa(s.Done)), h.Aria("label", "runs done"),
				g.Textf("%d %%", s.Percent()),
			),
			g.Text(" "), number("done", s.Done), g.Text(" of "), number("total", s.Total),
			g.Text(" done, "), number("failed", s.Failed), g.Text(" failed"),
			g.If(s.Path != ".", g.Group{g.Text(", in "), h.Code(g.Text(s.Path))}),
		),
		s.rest(),
	)
}

// rest says what the series does now.
func (s series) rest() g.Node {
	if s.Stopped {
		return h.P(g.Text("Its process is gone, so it will not go on. What it had finished is in the list. " +
			"The next series in this folder removes the note."))
	}
	return h.P(h.Class("running"), g.If(len(s.Running) > 0, g.Text("Running: "+strings.Join(s.Running, ", "))))
}

// number is a number that the script of the list changes.
func number(class string, n int) g.Node {
	return h.B(h.Class(class), g.Text(strconv.Itoa(n)))
}

// table is a table with a head, as wide as it must be.
func table(head g.Node, rows g.Group) g.Node {
	return h.Div(h.Class("scroll"), h.Table(h.THead(head), h.TBody(rows)))
}

// heads are the heads of columns.
func heads(names ...string) g.Group {
	return g.Map(names, func(name string) g.Node { return h.Th(g.Text(name)) })
}

// right is the class of columns with numbers.
func right() g.Node { return h.Class("right") }
