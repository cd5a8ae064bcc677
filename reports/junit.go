package reports

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The elements of JUnit's XML as Jenkins and GitLab read it
// (https://github.com/testmoapp/junitxml).
type (
	junitSuites struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Time     string     `xml:"time,attr"` // seconds
		Suite    junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		File    string        `xml:"file,attr,omitempty"` // shown by GitLab and annotators
		Line    int           `xml:"line,attr,omitempty"`
		Failure *junitFailure `xml:"failure"`
		Error   *junitFailure `xml:"error"`
		Skipped *junitSkip    `xml:"skipped"`
		Out     string        `xml:"system-out"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	junitSkip struct {
		Message string `xml:"message,attr"`
	}
)

// What one test case may hold, in bytes: CI servers keep all of it.
const (
	junitMessageMax = 1 << 10
	junitTextMax    = 16 << 10
	junitPageMax    = 64 << 10
)

// WriteJUnit writes a set of runs as one test suite, a test case each. A run
// that failed carries the expectations that were not met, with their places,
// the violations, the command that replays it, and its page if it has been
// drawn; one that came to no verdict is an error, and one that was not run is
// skipped, with the reason. One that expects nothing says so, and each has the
// warnings of its scenario. Conditions over several seeds are a test case each.
func WriteJUnit(w io.Writer, suite string, results []Result, over ...OverSeeds) error {
	s := junitSuite{Name: suite}
	var wall time.Duration
	for i := range results {
		r := &results[i]
		c := junitOf(r)
		wall += r.Wall
		s.add(c)
	}
	for _, o := range over {
		for _, c := range o.junit() {
			s.add(c)
		}
	}
	s.Time = seconds(wall)
	all := junitSuites{
		Name: "cablepull", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped, Time: s.Time, Suite: s,
	}
	out, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("reports: junit.xml: %w", err)
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", xml.Header, out); err != nil {
		return fmt.Errorf("reports: junit.xml: %w", err)
	}
	return nil
}

// add adds a test case, and counts it.
func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Skipped != nil:
		s.Skipped++
	case c.Error != nil:
		s.Errors++
	case c.Failure != nil:
		s.Failures++
	}
	s.Cases = append(s.Cases, c)
}

func junitOf(r *Result) junitCase {
	c := junitCase{
		Class: "cablepull." + r.World,
		Name:  r.Name(),
		Time:  seconds(r.Wall),
		File:  r.File,
		Out: cut(fmt.Sprintf("%s\ndigest %s, %v simulated, %d frames, version %s\n",
			strings.TrimSpace(r.About), cmp.Or(r.Digest, NoDigest), r.Simulated, r.Frames, r.Version), junitTextMax),
	}
	for _, w := range r.Warnings {
		c.Out += "warning: " + cut(w, junitMessageMax) + "\n"
	}
	if r.Page != "" && !r.Passed {
		c.Out += "\n" + shorten(r.Page, junitPageMax)
	}
	if r.Unasked() {
		c.Out = "nothing was expected: only the invariants were judged\n" + c.Out
	}
	switch {
	case r.Skipped != "":
		c.Skipped, c.Out = &junitSkip{cut(r.Skipped, junitMessageMax)}, cut(strings.TrimSpace(r.About)+"\n", junitTextMax)
	case r.Error != "":
		kind := "setup"
		if r.Defect {
			kind = "bench"
		}
		c.Error = &junitFailure{cut(r.Error, junitMessageMax), kind, cut(r.Error+"\n"+replay(r), junitTextMax)}
	case !r.Passed:
		if failed := r.Failed(); len(failed) > 0 && failed[0].File == r.File {
			c.Line = failed[0].Line
		}
		text := failureText(r)
		first, _, _ := strings.Cut(text, "\n")
		kind := "expectation"
		if len(r.Violations) > 0 {
			kind = "invariant"
		}
		// The replay command is worth more than the hundredth failure.
		c.Failure = &junitFailure{cut(first, junitMessageMax), kind, cut(text, junitTextMax) + replay(r)}
	}
	return c
}

// failureText lists what went wrong, a line each.
func failureText(r *Result) string {
	var b strings.Builder
	for _, v := range r.Violations {
		fmt.Fprintf(&b, "%s violated at %v: %s\n", v.Invariant, v.At, v.Detail)
	}
	for _, e := range r.Failed() {
		place := e.Place()
		if place != "" {
			place += ": "
		}
		fmt.Fprintf(&b, "%sexpected: %s; got: %s\n", place, e.Text, e.Got)
	}
	if b.Len() == 0 {
		return "failed\n"
	}
	return b.String()
}

func replay(r *Result) string {
	if r.Replay == "" {
		return ""
	}
	return "replay: " + r.Replay + "\n"
}

// cut bounds text to most bytes, at the end of a character, and says so.
func cut(text string, most int) string {
	const more = " … (more in run.json)\n"
	if len(text) <= most {
		return text
	}
	end := most - len(more)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}

// shorten bounds text to most bytes: it leaves out whole lines of its middle,
// and says how many.
func shorten(text string, most int) string {
	if len(text) <= most {
		return text
	}
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	room := most - 100 // for the note
	from, to := 0, len(lines)
	for used := 0; from < to && used+len(lines[from]) <= room/2; from++ {
		used += len(lines[from])
	}
	for used := 0; from < to && used+len(lines[to-1]) <= room/2; to-- {
		used += len(lines[to-1])
	}
	return strings.Join(lines[:from], "") + fmt.Sprintf("… %d lines left out …\n", to-from) + strings.Join(lines[to:], "") + "\n"
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
