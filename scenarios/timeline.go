package scenarios

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"github.com/cablepull/cablepull/sim/fault"
	"github.com/cablepull/cablepull/sim/topology"
)

const wantStep = "an instant and a fault, such as 40s: pull a.lan"

// timeline reads the steps: `- 40s: pull a.lan` or `- 40s: [pull a.lan, freeze b]`.
func (d *decoder) timeline(n ast.Node, steps *[]Step, path []string) {
	list, isList := n.(*ast.SequenceNode)
	if !isList {
		d.failNode(n, path, "got %s, want a list with items such as 40s: pull a.lan", describe(n))
		return
	}
	// A step that cannot be read keeps its place in the list: paths count on it.
	*steps = make([]Step, len(list.Values))
	for i, item := range list.Values {
		(*steps)[i] = d.step(item, topology.At(path, strconv.Itoa(i)))
	}
}

func (d *decoder) step(n ast.Node, path []string) Step {
	if n = d.enter(n, path); n == nil {
		return Step{}
	}
	entries, isMap := d.entries(n, path)
	if !isMap || len(entries) != 1 {
		got := describe(n)
		if isMap {
			got = strconv.Itoa(len(entries)) + " keys"
		}
		d.failNode(n, path, "got %s, want %s", got, wantStep)
		return Step{}
	}
	e := entries[0]
	d.places[strings.Join(path, ".")] = e.at
	at, err := time.ParseDuration(e.name)
	if err != nil || at < 0 {
		d.fail(e.at, path, "got instant %q, want %s", e.name, wantStep)
	}
	return Step{At: at, Faults: d.faults(e.value, path), Line: e.at.line}
}

// faults reads one line or a list of lines.
func (d *decoder) faults(n ast.Node, path []string) []fault.Fault {
	if n = d.enter(n, path); n == nil {
		return nil
	}
	lines := []ast.Node{n}
	if list, isList := n.(*ast.SequenceNode); isList {
		lines = list.Values
	}
	if len(lines) == 0 {
		d.failNode(n, path, "got an empty list, want at least one fault")
	}
	var faults []fault.Fault
	for i, line := range lines {
		if line = d.enter(line, path); line == nil {
			return faults
		}
		text, isScalar := scalarText(line)
		if !isScalar {
			d.failNode(line, path, "got %s, want a fault such as pull a.lan", describe(line))
			continue
		}
		f, err := fault.Parse(text)
		if err != nil {
			d.fail(faultPlace(line, err), path, "%v", err)
			continue
		}
		d.places[strings.Join(topology.At(path, strconv.Itoa(i)), ".")] = d.placeOf(line)
		faults = append(faults, f)
	}
	return faults
}

// faultPlace moves the place of a one-line scalar to the column in it that the
// error is about.
func faultPlace(n ast.Node, err error) place {
	at := placeOf(n.GetToken())
	var syntax *fault.SyntaxError
	if text, ok := n.(*ast.StringNode); ok && errors.As(err, &syntax) {
		at.column += syntax.Column - 1
		if origin := text.GetToken().Origin; text.Value != "" && (containsQuote(origin)) {
			at.column++
		}
	}
	return at
}

// containsQuote says whether a scalar was written in quotes.
func containsQuote(origin string) bool {
	for _, c := range origin {
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			return c == '"' || c == '\''
		}
	}
	return false
}
