package page

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// node is the page of a run.
func (p run) node() g.Node {
	return document(p.frame, "",
		p.header(),
		p.contents(),
		h.Main(
			p.expectations(),
			each(p.Figures, figure),
			unless(len(p.Sheets) == 0, func() g.Node {
				return h.Section(h.ID("measures"), h.H2(g.Text("Measures")), each(p.Sheets, sheet))
			}),
			unless(len(p.Lines) == 0, p.events),
			unless(len(p.Beside) == 0, p.files)))
}

func (p run) header() g.Node {
	return h.Header(
		h.P(h.Class("verdict "+p.Verdict.Class), h.Span(h.Class("sign"), h.Aria("hidden", "true"), g.Text(p.Verdict.Sign)), g.Text(" "+p.Verdict.Word)),
		h.H1(g.Text(p.Scenario)),
		h.P(h.Class("why"), g.Text(p.Verdict.Text)),
		h.Div(h.Class("about"), each(p.Paragraph, func(says string) g.Node { return h.P(g.Text(says)) })),
		factList(p.Facts),
		unless(p.Replay == "", func() g.Node {
			return h.P(h.Class("replay"), h.Span(g.Text("replay")), g.Text(" "), h.Code(h.TabIndex("0"), g.Text(p.Replay)))
		}),
		each(p.Warnings, func(says string) g.Node { return h.P(h.Class("warning"), g.Text(says)) }))
}

// contents leads to the sections.
func (p run) contents() g.Node {
	var links g.Group
	add := func(name, title string) {
		links = append(links, h.A(h.Href("#"+name), g.Text(title)), g.Raw("\n"))
	}
	if len(p.Judged()) > 0 {
		add("expectations", "Expectations")
	}
	for _, f := range p.Figures {
		add(f.Name, f.Title)
	}
	if len(p.Sheets) > 0 {
		add("measures", "Measures")
	}
	if len(p.Lines) > 0 {
		add("events", "Events")
	}
	if len(p.Beside) > 0 {
		add("files", "Files")
	}
	return h.Nav(h.Aria("label", "Sections"), links)
}

func (p run) expectations() g.Node {
	all := p.Judged()
	return unless(len(all) == 0, func() g.Node {
		return h.Section(h.ID("expectations"), h.H2(g.Text("Expectations")),
			h.Ul(h.Class("expectations"), each(all, func(j judged) g.Node {
				class, sign := "fail", "✗"
				if j.Passed {
					class, sign = "pass", "✓"
				}
				return h.Li(h.Class(class), h.Span(h.Class("sign"), g.Text(sign)),
					word(h.Code, "", j.Text), word(h.Span, "got", j.found()), word(h.Small, "note", j.Note))
			})))
	})
}

// found is what was got, in words.
func (j judged) found() string {
	if j.Got == "" {
		return ""
	}
	return "got " + j.Got
}

func (p run) events() g.Node {
	return h.Section(h.ID("events"), h.H2(g.Text("Events")),
		about("What happened, without traffic that goes well. The second column is the time since the last fault."),
		search("Show lines with", "a node, a word"),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", "Events"), h.Table(h.Class("events"),
			h.THead(h.Tr(h.Th(h.Class("right"), g.Text("at")), h.Th(h.Class("right"), g.Text("since")), h.Th(g.Text("node")), h.Th(g.Text("what")))),
			h.TBody(each(p.Lines, func(l line) g.Node {
				return h.Tr(classed(l.Class), h.Td(g.Text(l.At)), h.Td(g.Text(l.Since)), h.Td(g.Text(l.Node)), h.Td(g.Text(l.Text)), g.Raw("\n"))
			})))),
		unless(p.Unlisted == 0, func() g.Node {
			return about(counted(p.Unlisted, "more line") + " left out; all events are in events.jsonl.")
		}))
}

func (p run) files() g.Node {
	return h.Section(h.ID("files"), h.H2(g.Text("Files")),
		about("They are in the folder of this page, and are not part of it."),
		h.Ul(h.Class("files"), each(p.Beside, func(name string) g.Node { return h.Li(h.A(h.Href(name), g.Text(name))) })))
}
