package github

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// Level says how GitHub shows an annotation.
type Level string

// The levels.
const (
	Error   Level = "error"
	Warning Level = "warning"
)

// Annotation is a message at a place of a file. What is unknown is left out.
type Annotation struct {
	Level   Level
	File    string
	Line    int // from 1
	Column  int
	Title   string
	Message string
}

// inMessages and inProperties escape what would end a workflow command or one
// of its properties (github.com/actions/toolkit, command.ts).
var (
	inMessages   = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	inProperties = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// String is the workflow command, without the end of the line.
func (a Annotation) String() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+inProperties.Replace(value))
		}
	}
	add("file", a.File)
	if a.File != "" && a.Line > 0 {
		add("line", strconv.Itoa(a.Line))
		if a.Column > 0 {
			add("col", strconv.Itoa(a.Column))
		}
	}
	add("title", a.Title)
	command := "::" + string(a.Level)
	if len(properties) > 0 {
		command += " " + strings.Join(properties, ",")
	}
	return command + "::" + inMessages.Replace(a.Message)
}

// annotationsMax bounds the annotations of one call. GitHub shows ten of each
// level for a step, and lists all of them in its log.
const annotationsMax = 100

// Write writes annotations, a line each, the errors first.
func Write(w io.Writer, all []Annotation) error {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Annotation) int { return cmp.Compare(a.Level, b.Level) })
	left := len(all) - annotationsMax
	if left > 0 {
		all = append(all[:annotationsMax-1], Annotation{Level: Warning, Title: "cablepull", Message: fmt.Sprintf("%d more annotations are left out", left+1)})
	}
	var out strings.Builder
	for _, a := range all {
		out.WriteString(a.String() + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// Of returns the annotations of runs: errors, violations, expectations that
// were not met, and warnings. What fails in the same way under several seeds is
// one annotation, which names them.
func Of(runs []reports.Result) []Annotation {
	g := gathered{places: map[Annotation]int{}}
	for i := range runs {
		r := &runs[i]
		if r.Error != "" {
			g.add(r, Annotation{Level: Error, File: r.File, Title: titled(r, "no verdict")}, r.Error)
		}
		for _, v := range r.Violations {
			g.add(r, Annotation{Level: Error, File: r.File, Title: titled(r, v.Invariant+" violated")}, fmt.Sprintf("%s violated at %v: %s", v.Invariant, v.At, v.Detail))
		}
		for _, e := range r.Failed() {
			g.add(r, Annotation{Level: Error, File: e.File, Line: e.Line, Column: e.Column, Title: titled(r, "expected "+e.Text)}, "expected "+e.Text+"; got "+e.Got)
		}
		for _, w := range r.Warnings {
			g.warn(r, w)
		}
	}
	return g.annotations()
}

// titled is the title of an annotation: what was run, and what is wrong.
func titled(r *reports.Result, what string) string {
	name := r.Scenario
	if r.Variant != "" {
		name += " " + r.Variant
	}
	if r.World != "virtual" {
		name += " (" + r.World + ")"
	}
	return name + ": " + what
}

// gathered collects annotations that differ only in the run.
type gathered struct {
	all    []gathering
	places map[Annotation]int // index in all, by the annotation without its message
}

// gathering is one annotation of several runs.
type gathering struct {
	Annotation
	message string // of the first run
	replay  string
	seeds   []string
}

func (g *gathered) add(r *reports.Result, a Annotation, message string) {
	i, known := g.places[a]
	if !known {
		i = len(g.all)
		g.places[a] = i
		g.all = append(g.all, gathering{Annotation: a, message: message, replay: r.Replay})
	}
	if seed := strconv.FormatUint(r.Seed, 10); !slices.Contains(g.all[i].seeds, seed) {
		g.all[i].seeds = append(g.all[i].seeds, seed)
	}
}

// warn adds a warning of the scenario, which is the same for all seeds.
func (g *gathered) warn(r *reports.Result, text string) {
	a := Annotation{Level: Warning, File: r.File, Title: r.Scenario + ": warning", Message: text}
	var rest string
	if place, cut := strings.CutPrefix(text, r.File+":"); cut && r.File != "" {
		if n, _ := fmt.Sscanf(place, "%d:%d:", &a.Line, &a.Column); n == 2 {
			_, rest, _ = strings.Cut(place, ": ")
			a.Message = rest
		}
	}
	if _, known := g.places[a]; !known {
		g.places[a] = len(g.all)
		g.all = append(g.all, gathering{Annotation: a})
	}
}

// seedsMax is how many seeds a message lists.
const seedsMax = 20

func (g *gathered) annotations() []Annotation {
	var all []Annotation
	for _, one := range g.all {
		a := one.Annotation
		if a.Level == Error {
			a.Message = one.message
			if n := len(one.seeds); n > 1 {
				a.Message += fmt.Sprintf("\nunder %d seeds: %s", n, strings.Join(one.seeds[:min(n, seedsMax)], ", "))
				if n > seedsMax {
					a.Message += ", …"
				}
			}
			if one.replay != "" {
				a.Message += "\nreplay: " + one.replay
			}
		}
		all = append(all, a)
	}
	return all
}
