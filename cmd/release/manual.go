package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// shells are those for which the program completes command lines, with the name
// under which each of them looks for a script.
var shells = map[string]string{
	"bash": "cablepull.bash",
	"fish": "cablepull.fish",
	"zsh":  "_cablepull",
}

// manual asks the program for its man pages and completion scripts. A folder
// for what is made on the way is given.
func (s source) manual(ctx context.Context, scratch string) ([]file, error) {
	self := filepath.Join(scratch, "cablepull-manual")
	if err := s.build(ctx, platform{runtime.GOOS, runtime.GOARCH}, self, "manual"); err != nil {
		return nil, err
	}
	var files []file
	for shell, name := range shells {
		script, err := output(exec.CommandContext(ctx, self, "completion", shell))
		if err != nil {
			return nil, err
		}
		files = append(files, file{"completions/" + name, 0o644, []byte(script + "\n")})
	}
	folder := filepath.Join(scratch, "man")
	if err := os.Mkdir(folder, 0o755); err != nil {
		return nil, err
	}
	if _, err := output(exec.CommandContext(ctx, self, "manual", folder)); err != nil {
		return nil, err
	}
	pages, err := os.ReadDir(folder)
	if err != nil {
		return nil, err
	}
	for _, p := range pages {
		text, err := os.ReadFile(filepath.Join(folder, p.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, file{"man/man1/" + p.Name(), 0o644, []byte(tidied(string(text), s.at))})
	}
	return files, nil
}

var (
	// title is the line of a page up to its date.
	title = regexp.MustCompile(`^(\.TH "[^"]*" "[^"]*") "[^"]*"`)
	// option is the line of an option; cobra puts its text below, after a tab.
	option = regexp.MustCompile(`^\\fB-`)
)

// pageColumns is the width at which sources of man pages are wrapped.
const pageColumns = 80

// tidied mends what formatters of man pages complain about in those that cobra
// makes: dates without a day, tabs in running text, long lines, and paragraphs
// with nothing in them. An option becomes a tagged paragraph.
func tidied(page string, at time.Time) string {
	var lines []string
	example := false
	for line := range strings.SplitSeq(page, "\n") {
		switch {
		case line == ".EX":
			example = true
		case line == ".EE":
			example = false
		case example:
			lines = append(lines, line)
			continue
		case strings.TrimSpace(line) == "":
			continue
		case strings.HasPrefix(line, ".TH "):
			line = title.ReplaceAllString(line, `$1 "`+at.Format(time.DateOnly)+`"`)
		case option.MatchString(line):
			if last := len(lines) - 1; last >= 0 && lines[last] == ".PP" {
				lines = lines[:last]
			}
			lines = append(lines, ".TP", line)
			continue
		}
		lines = append(lines, wrapped(strings.TrimLeft(line, "\t"))...)
	}
	return strings.Join(lines, "\n") + "\n"
}

// wrapped breaks a line of running text between words. A request of the
// formatter stays as it is, and no word becomes one.
func wrapped(line string) []string {
	if strings.HasPrefix(line, ".") {
		return []string{line}
	}
	var lines []string
	for word := range strings.FieldsSeq(line) {
		last := len(lines) - 1
		switch {
		case last >= 0 && len(lines[last])+1+len(word) <= pageColumns:
			lines[last] += " " + word
		case strings.HasPrefix(word, ".") || strings.HasPrefix(word, "'"):
			lines = append(lines, `\&`+word)
		default:
			lines = append(lines, word)
		}
	}
	return lines
}
