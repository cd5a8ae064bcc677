package page

import (
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/cablepull/cablepull/reports"
)

// node is the page about many runs.
func (p library) node() g.Node {
	cell := func(class, says string) g.Node { return h.Span(classed(class), g.Text(says)) }
	return document(p.frame, "many",
		h.Header(
			h.H1(g.Text(p.Title)),
			factList(p.Counts),
			about("Failures come first. The small pictures show members, virtual IPs and clients over time; shaded times are faults. Each run unfolds."),
			each(p.OverSeeds, overSeeds),
			search("Show runs with", "a name, failed")),
		h.Main(h.Class("runs"),
			h.Div(h.Class("row head"), h.Aria("hidden", "true"), cell("", ""), cell("", "run"), cell("", "lanes"),
				cell("right", "longest outage"), cell("right", "moves"), cell("right", "failed requests")),
			each(p.Entries, entry.node),
			unless(p.Unlisted == 0, func() g.Node { return about(counted(p.Unlisted, "more run") + " left out.") })))
}

// overSeeds is what runs with several seeds were judged by together.
func overSeeds(o reports.OverSeeds) g.Node {
	return h.Ul(h.Class("expectations"), each(o.Conditions, func(c reports.Condition) g.Node {
		class, sign := "pass", "✓"
		switch {
		case c.Outcome == reports.NotJudged:
			class, sign = "", "○"
		case !c.Passed():
			class, sign = "fail", "✗"
		}
		return h.Li(classed(class), h.Span(h.Class("sign"), g.Text(sign)), g.Text(o.Name()), word(h.Code, "", c.String()))
	}))
}

// node is a run in the list: a row that unfolds.
func (e entry) node() g.Node {
	return h.Details(h.Class("run "+e.Verdict.Class), e.row(), h.Div(h.Class("unfolded"), e.unfolded()), g.Raw("\n"))
}

func (e entry) row() g.Node {
	seed := "seed " + strconv.FormatUint(e.Seed, 10)
	if e.World != "virtual" {
		seed += ", " + e.World
	}
	return h.Summary(h.Class("row"),
		h.Span(h.Class("sign"), h.Title(e.Verdict.Word), g.Text(e.Verdict.Sign), h.Span(h.Class("unseen"), g.Text(" "+e.Verdict.Word))),
		h.Span(h.Class("name"), g.Text(e.Scenario), word(h.Small, "", e.Variant), word(h.Small, "", seed)),
		h.Span(h.Class("spark"), g.Raw(string(e.Spark))),
		h.Span(h.Class("right"), g.Text(e.Outage())),
		h.Span(h.Class("right"), g.Text(e.Moves())),
		h.Span(h.Class("right"), g.Text(e.Lost())))
}

func (e entry) unfolded() g.Node {
	failures, omitted := e.Failures(), e.Omitted()
	return g.Group{
		h.P(h.Class("why"), g.Text(e.Verdict.Text)),
		unless(len(failures) == 0, func() g.Node {
			return h.Ul(h.Class("expectations"), each(failures, func(j judged) g.Node {
				return h.Li(h.Class("fail"), h.Span(h.Class("sign"), g.Text("✗")),
					word(h.Code, "", j.Text), word(h.Span, "note", j.Note), word(h.Span, "got", j.found()))
			}))
		}),
		each(e.Paragraph(), about),
		unless(e.Replay == "", func() g.Node {
			return h.P(h.Class("replay"), h.Span(g.Text("replay")), word(h.Code, "", e.Replay))
		}),
		unless(e.Page == "", func() g.Node { return h.P(h.A(h.Href(e.Page), g.Text("The page of this run"))) }),
		each(e.Pieces, func(p Piece) g.Node { return g.Raw(string(p.Content)) }),
		unless(len(omitted) == 0, func() g.Node {
			return about("Left out, to keep this page small: " + strings.Join(omitted, ", ") + ". Run it by itself for a page with everything.")
		}),
	}
}
