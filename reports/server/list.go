package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cablepull/cablepull/reports"
	"github.com/cablepull/cablepull/reports/page"
	"github.com/cablepull/cablepull/reports/text"
	"github.com/cablepull/cablepull/sim/oracle"
)

// listing is the list of runs as a page.
type listing struct {
	Title   string
	Folder  string
	Filter  filter
	Worlds  []string
	Tags    []string
	Runs    []run
	Total   int // without the filter
	Most    int // runs that a list has at most, if there are more; else 0
	Series  []series
	Refresh bool // some series goes on
}

// filter says which runs a list shows. The zero filter shows all.
type filter struct {
	Name, Verdict, World, Tag string
}

// Verdicts lists what a filter may ask for.
func (filter) Verdicts() []string { return []string{"passed", "failed", "no verdict", "skipped"} }

// verdictOf says in a word how a run ended.
func verdictOf(r run) string {
	switch {
	case r.Skipped != "":
		return "skipped"
	case r.Error != "" || r.Problem != "":
		return "no verdict"
	case r.Passed:
		return "passed"
	}
	return "failed"
}

// shows says whether a run is in the list.
func (f filter) shows(r run) bool {
	words := strings.ToLower(r.Name() + " " + r.Path)
	for word := range strings.FieldsSeq(strings.ToLower(f.Name)) {
		if !strings.Contains(words, word) {
			return false
		}
	}
	return (f.Verdict == "" || f.Verdict == verdictOf(r)) &&
		(f.World == "" || f.World == r.World) &&
		(f.Tag == "" || slices.Contains(r.Tags, f.Tag))
}

func filterOf(query url.Values) filter {
	return filter{query.Get("name"), query.Get("verdict"), query.Get("world"), query.Get("tag")}
}

// list shows the runs.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	all := s.runs.list()
	l := listing{Title: "Runs", Folder: s.name, Filter: filterOf(r.URL.Query()), Total: len(all.runs), Series: all.series}
	for _, r := range all.runs {
		l.Worlds, l.Tags = append(l.Worlds, r.World), append(l.Tags, r.Tags...)
		if l.Filter.shows(r) {
			l.Runs = append(l.Runs, r)
		}
	}
	l.Worlds, l.Tags = words(l.Worlds), words(l.Tags)
	if all.omitted {
		l.Most = runsMax
	}
	l.Refresh = slices.ContainsFunc(l.Series, func(s series) bool { return !s.Stopped })
	s.show(w, http.StatusOK, l.view())
}

// words sorts words, each once, without empty ones.
func words(all []string) []string {
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(w string) bool { return w == "" })
}

// state is how far all series are, for the script of the list.
type state struct {
	Runs   int      `json:"runs"`
	Series []series `json:"series"`
}

// progress tells the script of the list how far all series are.
func (s *Server) progress(w http.ResponseWriter, _ *http.Request) {
	all := s.runs.list()
	w.Header().Set("Content-Type", "application/json")
	form := state{len(all.runs), all.series}
	if form.Series == nil {
		form.Series = []series{}
	}
	_ = json.NewEncoder(w).Encode(form) // whoever went away needs no answer
}

// about is one run as a page.
type about struct {
	Title string
	run
	HasPage bool
	Beside  []artefact
}

// run shows one run and what it left.
func (s *Server) run(w http.ResponseWriter, r *http.Request) {
	folder := cmp.Or(r.PathValue("path"), ".")
	if !s.runs.is(folder) {
		s.refuse(w, http.StatusNotFound, "There is no such run.")
		return
	}
	a := about{run: s.runs.read(folder), Beside: s.runs.artefacts(folder)}
	a.Title = a.Name()
	a.HasPage = slices.ContainsFunc(a.Beside, func(f artefact) bool { return f.Name == page.File })
	s.show(w, http.StatusOK, a.view())
}

// Judged lists the expectations of a run, failures first.
func (a about) Judged() []reports.Expectation {
	var met []reports.Expectation
	for _, e := range a.Expectations {
		if e.Passed {
			met = append(met, e)
		}
	}
	return append(a.Failed(), met...)
}

// Outage is the longest outage of a run; empty if it had none.
func (r run) Outage() string {
	var longest time.Duration
	for _, o := range r.Measures.Outages {
		longest = max(longest, o.Duration)
	}
	if longest < oracle.OutageMin {
		return ""
	}
	return text.Short(longest)
}

// Verdict is how the run ended, in a word.
func (r run) Verdict() string { return verdictOf(r) }

// Percent is how much of the series is done.
func (s series) Percent() int {
	if s.Total == 0 {
		return 0
	}
	return 100 * s.Done / s.Total
}

// link is the address of a file or a page below a prefix.
func link(prefix, name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = url.PathEscape(part)
	}
	return prefix + strings.Join(parts, "/")
}

// size prints a number of bytes.
func size(bytes int64) string {
	const unit = 1 << 10
	switch {
	case bytes < unit:
		return strconv.FormatInt(bytes, 10) + " B"
	case bytes < unit*unit:
		return fmt.Sprintf("%.1f KiB", float64(bytes)/unit)
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/unit/unit)
}
