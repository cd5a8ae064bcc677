package tidy

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// The one width of prose: columns of a line of comment without its indentation,
// and of a line of Markdown.
const (
	commentColumnsMax  = 80
	markdownColumnsMax = 100
)

// checkCommentWidth looks at comments that have their lines to themselves. What
// cannot be wrapped, such as code in a doc and addresses, may be longer.
func checkCommentWidth(p *pkg, report reporter) {
	for _, f := range p.files {
		for _, group := range f.ast.Comments {
			for _, c := range group.List {
				indented := strings.HasPrefix(c.Text, "//\t") || strings.HasPrefix(c.Text, "//   ")
				alone := p.fset.Position(c.Pos()).Column <= len("\t\t\t\t\t\t")+1
				words := strings.Count(strings.TrimSpace(strings.TrimPrefix(c.Text, "//")), " ")
				if n := utf8.RuneCountInString(c.Text); strings.HasPrefix(c.Text, "// ") && alone && !indented && words > 0 && n > commentColumnsMax {
					report(c.Pos(), "a comment of %d columns, at most %d", n, commentColumnsMax)
				}
			}
		}
	}
}

// TestMarkdownWidth: prose in Markdown has one width; tables, code and headings
// are as wide as they are.
func TestMarkdownWidth(t *testing.T) {
	cmd := exec.Command("git", "ls-files", "*.md")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("the tracked files are not known without git: %v", err)
	}
	seen := 0
	for name := range strings.FieldsSeq(string(out)) {
		f, err := os.Open(filepath.Join("..", name))
		if err != nil {
			t.Error(err)
			continue
		}
		lines, code := bufio.NewScanner(f), false
		for number := 1; lines.Scan(); number++ {
			line := lines.Text()
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				code = !code
			}
			if code || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "    ") {
				continue
			}
			seen++
			if n := utf8.RuneCountInString(line); n > markdownColumnsMax {
				t.Errorf("%s:%d: %d columns, at most %d", name, number, n, markdownColumnsMax)
			}
		}
		if err := lines.Err(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		f.Close()
	}
	if seen < 100 {
		t.Errorf("looked at %d lines of prose, want those of README and its neighbours", seen)
	}
}

func widthSnippets() []snippet {
	long := strings.Repeat("word ", 16) + "more"
	return []snippet{
		{"comment width", "sim", false, "// " + long + "\npackage sim\n", "87 columns, at most 80"},
		{"comment width", "sim", true, "package sim\n\nfunc f() {\n\t// " + long + "\n}\n", "87 columns, at most 80"},
		{"comment width", "sim", false, "// Package sim waits.\n//\n//\t" + long + "\npackage sim\n", ""},
		{"comment width", "sim", false, "package sim\n\nvar x = 1 // " + long + "\n", ""},
		{"comment width", "sim", false, "// " + strings.Repeat("x", 100) + "\npackage sim\n", ""},
	}
}
