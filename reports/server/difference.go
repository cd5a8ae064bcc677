package server

import (
	"bytes"
	"fmt"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/picture"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/event"
	"github.com/cablepull/cablepull/sim/oracle"
)

// difference is two runs side by side, as a page.
type difference struct {
	Title        string
	Sides        []side
	Expectations []both // that differ, or were met by none
	Agreed       int    // expectations that both met
	Figures      []both // that differ
	Equal        []both
}

// side is one of the two runs.
type side struct {
	run
	Lanes picture.SVG // empty: there are no events, or too many
}

// both is one line about both runs.
type both struct {
	Name, Of              string
	First, Second         string
	FirstBad, SecondBad   bool
	Difference            string // empty: there is none, or it cannot be said
	OnlyFirst, OnlySecond bool
}

// difference shows two runs side by side.
func (s *Server) difference(w http.ResponseWriter, r *http.Request) {
	names := r.URL.Query()["run"]
	if len(names) != 2 {
		s.refuse(w, http.StatusBadRequest, fmt.Sprintf("Two runs can be compared; choose them in the list. Got %d.", len(names)))
		return
	}
	d := difference{Title: "Difference of two runs"}
	for _, name := range names {
		if !s.runs.is(name) {
			s.refuse(w, http.StatusNotFound, "There is no such run.")
			return
		}
		one := s.runs.read(name)
		if one.Problem != "" {
			s.refuse(w, http.StatusUnprocessableEntity, one.Problem)
			return
		}
		d.Sides = append(d.Sides, side{one, s.runs.lanes(one)})
	}
	d.judge(d.Sides[0].Result, d.Sides[1].Result)
	d.measure(&d.Sides[0].Measures, &d.Sides[1].Measures)
	s.show(w, http.StatusOK, d.view())
}

// lanes draws the lanes of a run from its events.
func (c catalogue) lanes(r run) picture.SVG {
	name := path.Join(r.Path, reports.EventsFile)
	info, err := c.root.Lstat(name)
	if err != nil {
		return ""
	}
	lines, err := c.text(name, info)
	if err != nil {
		return ""
	}
	events, err := event.ReadLines(bytes.NewReader(lines))
	if err != nil {
		return ""
	}
	with := *r.Result
	with.Events = events
	return picture.Spark(&with)
}

// judge compares what was expected. Expectations with one text are compared in
// their order.
func (d *difference) judge(first, second *reports.Result) {
	type nth struct {
		text string
		n    int
	}
	keyed := func(all []reports.Expectation) (keys []nth, by map[nth]reports.Expectation) {
		count := map[string]int{}
		by = map[nth]reports.Expectation{}
		for _, e := range all {
			key := nth{e.Text, count[e.Text]}
			count[e.Text]++
			keys, by[key] = append(keys, key), e
		}
		return keys, by
	}
	ours, one := keyed(first.Expectations)
	theirs, two := keyed(second.Expectations)
	add := func(key nth) {
		a, inFirst := one[key]
		b, inSecond := two[key]
		if inFirst && inSecond && a.Passed && b.Passed {
			d.Agreed++
			return
		}
		d.Expectations = append(d.Expectations, both{
			Name: key.text, First: met(a, inFirst), Second: met(b, inSecond), FirstBad: inFirst && !a.Passed, SecondBad: inSecond && !b.Passed,
			OnlyFirst: !inSecond, OnlySecond: !inFirst,
		})
	}
	for _, key := range ours {
		add(key)
	}
	for _, key := range theirs {
		if _, known := one[key]; !known {
			add(key)
		}
	}
}

// absent stands where a run has nothing of a kind.
const absent = "–"

// met says what became of an expectation.
func met(e reports.Expectation, there bool) string {
	word := "met"
	switch {
	case !there:
		return absent
	case !e.Passed:
		word = "not met"
	}
	if e.Got == "" {
		return word
	}
	return word + ": " + e.Got
}

// measure compares the figures.
func (d *difference) measure(first, second *oracle.Measures) {
	for _, p := range reports.Pairs(first, second) {
		b := both{Name: p.Name, Of: p.Of, First: text.Value(p.Unit, p.Virtual), Second: text.Value(p.Unit, p.Netns)}
		switch {
		case p.In == reports.InVirtual:
			b.Second, b.OnlyFirst = absent, true
		case p.In == reports.InNetns:
			b.First, b.OnlySecond = absent, true
		case p.Virtual == p.Netns:
			d.Equal = append(d.Equal, b)
			continue
		default:
			b.Difference = signed(p)
		}
		d.Figures = append(d.Figures, b)
	}
}

// signed prints by how much the second figure is higher.
func signed(p reports.Pair) string {
	by := p.Netns - p.Virtual
	switch p.Unit {
	case oracle.Span, oracle.Instant:
		if by > 0 {
			return "+" + text.Short(time.Duration(by))
		}
		return text.Short(time.Duration(by))
	case oracle.Share:
		return fmt.Sprintf("%+.1f %%", 100*by)
	}
	if by > 0 {
		return "+" + strconv.FormatFloat(by, 'f', -1, 64)
	}
	return strconv.FormatFloat(by, 'f', -1, 64)
}
