package server

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// view is the difference of two runs as a page.
func (d difference) view() g.Node {
	var sides g.Group
	for i, s := range d.Sides {
		sides = append(sides, s.view([]string{"First", "Second"}[i]))
	}
	return document(d.Title, nil, h.Main(
		home(),
		h.H1(g.Text(d.Title)),
		h.Div(h.Class("sides"), sides),
		h.H2(g.Text("Expectations")),
		h.P(g.Textf("%d met by both.", d.Agreed)),
		g.If(len(d.Expectations) > 0, table(
			h.Tr(heads("expectation", "first", "second")),
			g.Map(d.Expectations, both.expectation),
		)),
		h.H2(g.Text("Measures")),
		d.figures(),
		g.If(len(d.Equal) > 0, h.Details(
			h.Summary(g.Textf("%d equal figures", len(d.Equal))),
			figures(d.Equal),
		)),
	))
}

// view is one of the two runs; which says which.
func (s side) view(which string) g.Node {
	return h.Section(
		h.H2(g.Text(which+": "), h.A(h.Href(link("/run/", s.Path)), g.Text(s.Name()))),
		h.P(badge(s.Verdict()), g.Text(", "+s.World), version(s.run)),
		h.P(h.Class("soft"), h.Code(g.Text(s.Path))),
		g.If(s.Lanes != "", h.Div(h.Class("lanes"), g.Raw(string(s.Lanes)))),
	)
}

// expectation is a line about what was expected of both runs.
func (b both) expectation() g.Node {
	return h.Tr(
		h.Td(g.Text(b.Name)),
		h.Td(g.If(b.FirstBad, h.Class("bad")), g.Text(b.First)),
		h.Td(g.If(b.SecondBad, h.Class("bad")), g.Text(b.Second)),
	)
}

// figures shows the figures that differ, or says that none does.
func (d difference) figures() g.Node {
	if len(d.Figures) == 0 {
		return h.P(g.Text("All figures are equal."))
	}
	return figures(d.Figures)
}

// figures has a line for each figure.
func figures(all []both) g.Node {
	return table(h.Tr(
		heads("measure", "of"),
		h.Th(right(), g.Text("first")),
		h.Th(right(), g.Text("second")),
		h.Th(right(), g.Text("difference")),
	), g.Map(all, func(b both) g.Node {
		return h.Tr(
			h.Td(g.Text(b.Name)),
			h.Td(g.Text(b.Of)),
			h.Td(right(), g.Text(b.First)),
			h.Td(right(), g.Text(b.Second)),
			h.Td(right(), g.Text(b.Difference)),
		)
	}))
}
