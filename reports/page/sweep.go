package page

import (
	"fmt"
	"io"
	"strconv"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
)

// Behind is a run behind a point of a sweep, with its pictures.
type Behind struct {
	Point int // number of the setting
	What  string
	Run   *reports.Result
	Part  Part
}

// sweep is a page about a sweep.
type sweep struct {
	*reports.Sweep
	frame
	Facts   []fact
	Figures []picture.Figure
	Runs    []entry
}

// WriteSweep writes the page of a sweep, with the pages of the runs behind its
// points. They fold, and the pictures of those for which there is no room are
// left out.
func WriteSweep(w io.Writer, s *reports.Sweep, behind []Behind) error {
	var library Library
	for i, b := range behind {
		run := *b.Run
		run.Variant = settingName(s, s.Points[b.Point]) + ", " + b.What
		library.Add(i, &run, b.Part, "")
	}
	p := sweep{Sweep: s, frame: newFrame(s.Scenario + ": a sweep"), Figures: picture.SweepFigures(s)}
	p.Facts = []fact{
		{"settings", strconv.Itoa(len(s.Points))}, {"runs", strconv.Itoa(s.Runs)}, {"seeds", s.Seeds},
		{"world", s.World}, {"version", s.Version},
	}
	p.UPlot = ""
	p.Policy = policy(p.Script)
	bare, err := sizeOf(p.node())
	if err != nil {
		return err
	}
	library.fit(max(sizeMax-bare, 0))
	p.Runs = library.entries
	if err := p.node().Render(w); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	return nil
}

// sizeOf is how many bytes a node takes.
func sizeOf(n g.Node) (int, error) {
	var size counter
	if err := n.Render(&size); err != nil {
		return 0, fmt.Errorf("page: %w", err)
	}
	return int(size), nil
}

// settingName names a point by its knobs.
func settingName(s *reports.Sweep, p reports.SweepPoint) string {
	name := ""
	for i, k := range s.Knobs {
		if i > 0 {
			name += " "
		}
		name += k.Name + "=" + p.Values[i]
	}
	return name
}

func (p sweep) node() g.Node {
	return document(p.frame, "",
		h.Header(
			h.H1(g.Text(p.Scenario)),
			each(paragraphs(p.About), about),
			factList(p.Facts),
			unless(p.Replay == "", func() g.Node {
				return h.P(h.Class("replay"), h.Span(g.Text("replay")), g.Text(" "), h.Code(h.TabIndex("0"), g.Text(p.Replay)))
			}),
			unless(p.Faults == "", func() g.Node { return about(p.Faults) }),
			each(p.Notes, about)),
		p.contents(),
		h.Main(
			p.verdicts(),
			each(p.Figures, figure),
			p.settings(),
			p.influences(),
			p.behind()))
}

func (p sweep) contents() g.Node {
	var links g.Group
	for _, f := range p.Figures {
		links = append(links, h.A(h.Href("#"+f.Name), g.Text(f.Title)), g.Raw("\n"))
	}
	links = append(links, h.A(h.Href("#settings"), g.Text("Settings")), g.Raw("\n"))
	if len(p.Runs) > 0 {
		links = append(links, h.A(h.Href("#behind"), g.Text("Runs")))
	}
	return h.Nav(h.Aria("label", "Sections"), links)
}

// verdicts are what the scenario expects of all seeds, and what a search found.
func (p sweep) verdicts() g.Node {
	var lines g.Group
	line := func(passed bool, says, got string) {
		class, sign := "fail", "✗"
		if passed {
			class, sign = "pass", "✓"
		}
		lines = append(lines, h.Li(h.Class(class), h.Span(h.Class("sign"), g.Text(sign)), g.Text(" "+says), word(h.Span, "got", got)))
	}
	if p.Search != nil {
		line(len(p.Search.Found) > 0, p.Search.Verdict, "")
	}
	for _, point := range p.Points {
		for _, x := range point.OverSeed {
			line(x.Passed, x.Text+" "+settingName(p.Sweep, point), x.Got)
		}
	}
	if p.Difference != nil {
		for _, r := range p.Difference.Rows {
			lines = append(lines, h.Li(g.Text(r.Figure+": "+r.Ours.Text+" against "+r.Theirs.Text+": "+r.Text+". "+r.Verdict)))
		}
	}
	return unless(len(lines) == 0, func() g.Node {
		return h.Section(h.ID("verdicts"), h.H2(g.Text("Verdicts")), h.Ul(h.Class("expectations"), lines))
	})
}

// settings is the table of all points.
func (p sweep) settings() g.Node {
	var head g.Group
	for _, k := range p.Knobs {
		head = append(head, h.Th(h.Title(k.Path), g.Text(k.Name)))
	}
	head = append(head, h.Th(h.Class("right"), g.Text("runs")))
	for _, f := range p.Sweep.Figures {
		head = append(head, h.Th(g.Text(f)))
		if p.HoldOut != "" {
			head = append(head, h.Th(g.Text("held out")))
		}
	}
	return h.Section(h.ID("settings"), h.H2(g.Text("Settings")),
		about("Intervals hold with 95 % confidence. Those of quantiles and shares are exact, and so rather too wide than too narrow."),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", "Settings"), h.Table(
			h.THead(h.Tr(head)), h.TBody(each(p.Points, p.setting)))))
}

func (p sweep) setting(point reports.SweepPoint) g.Node {
	var cells g.Group
	for _, value := range point.Values {
		cells = append(cells, h.Td(g.Text(value)))
	}
	cells = append(cells, h.Td(h.Class("right"), g.Text(strconv.Itoa(point.Runs))))
	for i := range p.Sweep.Figures {
		cells = append(cells, h.Td(g.Text(point.Figures[i].Text)))
		if p.HoldOut != "" {
			text := ""
			if i < len(point.HoldOut) {
				text = point.HoldOut[i].Text
			}
			cells = append(cells, h.Td(g.Text(text)))
		}
	}
	return h.Tr(unless(!point.OnFront, func() g.Node { return h.Class("front") }), cells, g.Raw("\n"))
}

func (p sweep) influences() g.Node {
	return unless(len(p.Influences) == 0, func() g.Node {
		return h.Section(h.ID("influences"), h.H2(g.Text("What the figures depend on")),
			about("The share of a figure's variance that one knob explains by itself: its first-order Sobol index."),
			h.Table(h.THead(h.Tr(h.Th(g.Text("figure")), h.Th(g.Text("knob")), h.Th(h.Class("right"), g.Text("share")), h.Th(g.Text("interval")))),
				h.TBody(each(p.Sweep.Influences, func(x *reports.Influence) g.Node {
					return h.Tr(h.Td(g.Text(x.Figure)), h.Td(g.Text(x.Knob)), h.Td(h.Class("right"), g.Text(percent(x.Share))),
						h.Td(g.Text(percent(x.Low)+" to "+percent(x.High))))
				}))))
	})
}

func percent(x float64) string { return strconv.FormatFloat(100*x, 'f', 0, 64) + "%" }

// behind are the runs behind the points.
func (p sweep) behind() g.Node {
	return unless(len(p.Runs) == 0, func() g.Node {
		return h.Section(h.ID("behind"), h.H2(g.Text("Runs behind the settings")),
			about("Of each setting the run in the middle and the worst one. Each unfolds."),
			h.Div(h.Class("many runs"), each(p.Runs, entry.node)))
	})
}
