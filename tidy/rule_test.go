package tidy

import (
	"fmt"
	"go/token"
	"strings"
	"sync"
	"testing"
)

// rule is a check of every package, with its reason.
type rule struct {
	name  string
	why   string
	check func(p *pkg, report reporter)
}

// reporter reports one violation: its position, and what was found.
type reporter func(pos token.Pos, format string, args ...any)

// rules are all the rules.
var rules = []rule{
	{
		name:  "compiles",
		why:   "rules about types do not work in a package that does not compile",
		check: checkCompiles,
	},
	{
		name:  "flow",
		why:   "data flows one way, scenario → world → fabric → node → wire, and comes back as events; see imports_test.go",
		check: checkFlow,
	},
	{
		name:  "libraries",
		why:   "a library is a decision: imports_test.go names it with the folders that may import it",
		check: checkLibraries,
	},
	{
		name:  "banned",
		why:   "each identifier in banned_test.go has a replacement that keeps runs repeatable or commands testable",
		check: checkBanned,
	},
	{
		name:  "goroutines",
		why:   "one goroutine owns a world; the loop gives concurrency (Scope.Go) in an order that a seed repeats",
		check: checkGoroutines,
	},
	{
		name:  "order",
		why:   "Go iterates over maps in random order, and the digest of a run must not depend on it",
		check: checkOrder,
	},
	{
		name:  "offsets",
		why:   "a header is laid out in one place; read it by the views of node/wire, or name the format and its files in offsets_test.go",
		check: checkOffsets,
	},
	{
		name:  "state words",
		why:   "a state is named once, in the vocabulary of events; a second spelling compiles and matches nothing",
		check: checkStateWords,
	},
	{
		name:  "defaults",
		why:   "package topology fills in what was left out; a second default below it can differ from the documented one",
		check: checkDefaults,
	},
	{
		name:  "file size",
		why:   "a file of more than 400 lines holds more than one noun; split it by type",
		check: checkFileSize,
	},
	{
		name:  "function size",
		why:   "a function of more than 70 lines cannot be read without scrolling; name its parts",
		check: checkFunctionSize,
	},
	{
		name:  "comment width",
		why:   "one width for all comments: lines of any length are read slower, and every editor wraps them anew",
		check: checkCommentWidth,
	},
	{
		name:  "package name",
		why:   "a package is a noun of the domain; a collection of odds and ends grows without limit",
		check: checkPackageName,
	},
	{
		name:  "package doc",
		why:   "the package doc says what the package owns, what it must not know and which file to read first",
		check: checkPackageDoc,
	},
	{
		name:  "exported doc",
		why:   "users of a package read its docs, not its code: meaning, units, errors, source",
		check: checkExportedDoc,
	},
	{
		name:  "marks",
		why:   "a note to oneself in the code is a promise nobody keeps; do it, or open an issue",
		check: checkMarks,
	},
}

// project is the whole tree, loaded once for all tests.
var project = sync.OnceValues(func() (*tree, error) { return load("..") })

// TestTidy applies every rule to every package of the module and reports all
// violations at once.
func TestTidy(t *testing.T) {
	tree, err := project()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range tree.stray {
		t.Errorf("%s: the file is in no package of the module, so no rule applies to it", name)
	}
	for _, p := range tree.pkgs {
		for _, r := range rules {
			for _, v := range violations(p, r) {
				t.Error(v)
			}
		}
	}
}

// violations applies one rule to one package.
func violations(p *pkg, r rule) []string {
	var found []string
	r.check(p, func(pos token.Pos, format string, args ...any) {
		at := p.dir
		if pos.IsValid() {
			position := p.fset.Position(pos)
			at = fmt.Sprintf("%s:%d", position.Filename, position.Line)
		}
		what := fmt.Sprintf(format, args...)
		found = append(found, fmt.Sprintf("%s: %s: %s\n\twhy: %s", at, r.name, what, r.why))
	})
	return found
}

func checkCompiles(p *pkg, report reporter) {
	const enough = 3 // later errors mostly follow from the first
	for _, err := range p.broken[:min(enough, len(p.broken))] {
		report(token.NoPos, "%s", strings.TrimSpace(err.Error()))
	}
}
