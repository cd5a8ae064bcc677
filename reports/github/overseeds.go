package github

import (
	"strings"

	"github.com/cablepull/cablepull/reports"
)

// OfSeeds returns the annotations of conditions over several seeds that do not
// hold.
func OfSeeds(all []reports.OverSeeds) []Annotation {
	var annotations []Annotation
	for _, o := range all {
		for _, c := range o.Conditions {
			if !c.Passed() {
				annotations = append(annotations, Annotation{Level: Error, File: o.File, Line: c.Line, Title: o.Name(), Message: c.String()})
			}
		}
	}
	return annotations
}

// rowsOfSeeds are the rows of conditions over several seeds, of those that hold
// or of the others.
func rowsOfSeeds(all []reports.OverSeeds, passing bool) []string {
	var rows []string
	for _, o := range all {
		for _, c := range o.Conditions {
			if c.Passed() != passing {
				continue
			}
			verdict, got := failed, c.Got
			switch {
			case c.Outcome == reports.NotJudged:
				verdict, got = skipped, c.Why
			case passing:
				verdict = passed
			case c.Why != "":
				got += "; " + c.Why
			}
			rows = append(rows, "| "+strings.Join([]string{verdict, escape(o.Name()), escape(c.Figure + ": " + c.Want), escape(got), ""}, " | ")+" |\n")
		}
	}
	return rows
}
