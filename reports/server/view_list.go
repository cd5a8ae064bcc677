package server

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/cablepull/cablepull/reports/page"
)

// view is the list as a page. Without its script it loads itself again and
// again while a series goes on.
func (l listing) view() g.Node {
	content := l.empty
	if l.Total > 0 {
		content = l.content
	}
	return document(l.Title,
		g.Group{
			g.If(l.Refresh, h.NoScript(h.Meta(g.Attr("http-equiv", "refresh"), h.Content("3")))),
			h.Script(h.Src("/script.js"), h.Defer()),
		},
		h.Class("list"), h.Data("runs", strconv.Itoa(l.Total)),
		h.Main(
			h.H1(g.Text("Runs in "), h.Code(g.Text(l.Folder))),
			h.Div(h.ID("series"), g.Map(l.Series, series.view)),
			content(),
		),
	)
}

// empty says how to get a first run.
func (l listing) empty() g.Node {
	return h.P(
		h.Class("empty"),
		g.Text("There are no runs yet. "),
		h.Code(g.Text("cablepull run cable-pull --out "+l.Folder)),
		g.Text(" leaves one here, and this page shows it."),
	)
}

// content is the filter, and the runs that it shows.
func (l listing) content() g.Node {
	return g.Group{
		l.form(),
		h.Form(
			h.Method("get"), h.Action("/difference"),
			h.P(h.Button(g.Text("Compare the two that are ticked"))),
			l.table(),
		),
		g.If(l.Most > 0, h.P(g.Textf("There are more runs than %d; the rest is left out. Serve a folder further down.", l.Most))),
	}
}

// form is the filter.
func (l listing) form() g.Node {
	f := l.Filter
	return h.Form(
		h.Method("get"), h.Action("/"), h.Class("filter"), h.Role("search"),
		h.Label(g.Text("Name "), h.Input(h.Type("search"), h.Name("name"), h.Value(f.Name))),
		choice("Verdict", "verdict", f.Verdict, f.Verdicts()),
		choice("World", "world", f.World, l.Worlds),
		choice("Tag", "tag", f.Tag, l.Tags),
		h.Button(g.Text("Show")), g.Text(" "), h.A(h.Href("/"), g.Text("all")), g.Text(" "),
		h.Span(h.Role("status"), g.Textf("%d of %d", len(l.Runs), l.Total)),
	)
}

// choice lets the user choose one word, or all.
func choice(title, name, chosen string, words []string) g.Node {
	return h.Label(
		g.Text(title+" "),
		h.Select(
			h.Name(name),
			h.Option(h.Value(""), g.Text("all")),
			g.Map(words, func(word string) g.Node {
				return h.Option(g.If(word == chosen, h.Selected()), g.Text(word))
			}),
		),
	)
}

// table has a line for each run.
func (l listing) table() g.Node {
	rows := g.Map(l.Runs, run.row)
	if len(rows) == 0 {
		rows = g.Group{h.Tr(h.Td(
			h.ColSpan("8"),
			g.Text("No run is like that. "), h.A(h.Href("/"), g.Text("Show all.")),
		))}
	}
	return table(h.Tr(
		h.Th(h.Span(h.Class("unseen"), g.Text("compare"))),
		heads("verdict", "run", "seed", "world", "tags"),
		h.Th(right(), g.Text("longest outage")),
		heads("page"),
	), rows)
}

// row is a run as a line of the list.
func (r run) row() g.Node {
	name := r.Scenario
	if r.Variant != "" {
		name += " " + r.Variant
	}
	return h.Tr(
		h.Td(h.Input(h.Type("checkbox"), h.Name("run"), h.Value(r.Path), h.Aria("label", "compare "+r.Name()))),
		h.Td(badge(r.Verdict())),
		h.Td(
			h.A(h.Href(link("/run/", r.Path)), g.Text(name)),
			g.If(r.Problem != "", g.Group{g.Text(" "), h.Span(h.Class("bad"), g.Text(r.Problem))}),
		),
		h.Td(g.Text(strconv.FormatUint(r.Seed, 10))),
		h.Td(g.Text(r.World)),
		h.Td(g.Text(strings.Join(r.Tags, ", "))),
		h.Td(right(), g.Text(r.Outage())),
		h.Td(h.A(h.Href(link("/file/", r.Path+"/"+page.File)), g.Text("report"))),
	)
}
