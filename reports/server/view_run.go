package server

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/sim/oracle"
)

// view is a run and what it left, as a page.
func (a about) view() g.Node {
	return document(a.Title, nil, h.Main(
		home(),
		h.H1(g.Text(a.Name())),
		h.P(badge(a.Verdict()), g.If(a.World != "", g.Text(", "+a.World)), version(a.run)),
		paragraph(a.Problem, h.Class("bad")),
		paragraph(a.Error, h.Class("bad")),
		paragraph(a.Skipped),
		paragraph(a.About),
		g.If(a.HasPage, h.P(h.A(h.Class("page"), h.Href(link("/file/", a.Path+"/"+page.File)), g.Text("The page of this run")))),
		g.If(a.Replay != "", h.P(g.Text("replay: "), h.Code(g.Text(a.Replay)))),
		a.broken(),
		a.judged(),
		h.H2(g.Text("Files")),
		h.Ul(h.Class("plain"), g.Map(a.Beside, func(f artefact) g.Node {
			return h.Li(h.A(h.Href(link("/file/", a.Path+"/"+f.Name)), g.Text(f.Name)), g.Text(" "), soft(size(f.Size)))
		})),
	))
}

// paragraph is a text, if there is one.
func paragraph(text string, attributes ...g.Node) g.Node {
	return g.If(text != "", h.P(g.Group(attributes), g.Text(text)))
}

// soft is a text that matters less.
func soft(text string) g.Node { return h.Span(h.Class("soft"), g.Text(text)) }

// broken lists the invariants that did not hold.
func (a about) broken() g.Node {
	if len(a.Violations) == 0 {
		return nil
	}
	return g.Group{
		h.H2(g.Text("Invariants that did not hold")),
		h.Ul(g.Map(a.Violations, func(v oracle.Violation) g.Node {
			return h.Li(h.Class("bad"), g.Textf("%s at %s: %s", v.Invariant, v.At, v.Detail))
		})),
	}
}

// judged lists what was expected, and what became of it.
func (a about) judged() g.Node {
	all := a.Judged()
	if len(all) == 0 {
		return nil
	}
	return g.Group{
		h.H2(g.Text("Expectations")),
		h.Ul(h.Class("plain"), g.Map(all, func(e reports.Expectation) g.Node {
			verdict := "failed"
			if e.Passed {
				verdict = "passed"
			}
			return h.Li(
				badge(verdict), g.Text(" "), h.Code(g.Text(e.Text)),
				g.If(e.Got != "", g.Group{g.Text(" "), soft("got " + e.Got)}),
			)
		})),
	}
}
