package reference

import (
	_ "embed"
	"strings"

	"github.com/cablepull/cablepull/scenarios/expect"
	"github.com/cablepull/cablepull/sim/fault"
)

// Section is one heading of the reference and what stands below it, in this
// order.
type Section struct {
	Title string
	Level int    // of the heading: 1 is the title of the whole
	Text  string // Markdown: paragraphs, lists, examples in fences
	Keys  []Key
	Lines []Line
}

// Key is one key of a mapping.
type Key struct {
	Name     string
	Value    string // what it holds, such as "duration, at least 1ms"; links are Markdown
	Default  string // what is meant if it is left out; empty: nothing, or Meaning says it
	Required bool
	Meaning  string
}

// Line is one kind of fault.
type Line struct {
	Usage   string // capitals stand for values, brackets for optional words
	Meaning string // what it does
	Example string
}

//go:embed format.md
var source string

// Format returns the reference of scenario files.
func Format() []Section {
	var all []Section
	for line := range strings.Lines(source) {
		level := len(line) - len(strings.TrimLeft(line, "#"))
		code := len(all) > 0 && strings.Count(all[len(all)-1].Text, "```")%2 == 1
		directive, name, is := directiveOf(line)
		switch {
		case level > 0 && !code:
			all = append(all, Section{Title: strings.TrimSpace(line[level:]), Level: level})
		case is && directive == "keys":
			all[len(all)-1].Keys = keysOf(name)
		case is && directive == "faults":
			all[len(all)-1].Lines = faults()
		case is && directive == "expectations":
			all = append(all, expectations()...)
		default:
			all[len(all)-1].Text += line
		}
	}
	for i := range all {
		all[i].Text = strings.TrimSpace(all[i].Text)
	}
	return all
}

// directiveOf reads a line such as {{keys Standby}}.
func directiveOf(line string) (directive, name string, is bool) {
	inner, opened := strings.CutPrefix(strings.TrimSpace(line), "{{")
	inner, closed := strings.CutSuffix(inner, "}}")
	directive, name, _ = strings.Cut(inner, " ")
	return directive, name, opened && closed
}

// faults lists the kinds of faults.
func faults() []Line {
	var lines []Line
	for _, row := range fault.Standard().Rows() {
		lines = append(lines, Line{row.Usage(), row.About(), row.Example()})
	}
	return lines
}

// expectations returns a section for each kind.
func expectations() []Section {
	var all []Section
	for _, k := range (expect.Kinds{}).List() {
		all = append(all, Section{
			Title: k.Name, Level: 3, Keys: keysOf(k.Type().Name()),
			Text: capital(k.Doc) + ".\n\n```yml\n" + examples[k.Name] + "```",
		})
	}
	return all
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
