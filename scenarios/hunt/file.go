package hunt

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios"
	"github.com/cablepull/cablepull/scenarios/form"
	"github.com/cablepull/cablepull/sim/oracle"
)

// section is a key of a file's first level with its value, and the comments
// before it.
type section struct{ key, text string }

// sections divides a file in block style. Empty keys are comments at its end.
func sections(text string) []section {
	var all []section
	comments := ""
	for line := range strings.Lines(text) {
		key, _, isKey := strings.Cut(line, ":")
		switch first := line[0]; {
		case first == '#' || first == '\n' || first == '\r':
			comments += line
		case first == ' ' || first == '-' || !isKey || first == '}' || first == ']':
			if last := len(all) - 1; last >= 0 {
				all[last].text += comments + line
				comments = ""
				continue
			}
			comments += line // such as --- before the first key
		default:
			all = append(all, section{strings.Trim(key, `"'`), comments + line})
			comments = ""
		}
	}
	return all
}

// replaced are the keys that a finding has instead of those of its origin.
var replaced = []string{"name", "about", "tags", "slow", "seed", "duration", "variants", "twin", "timeline", "expect"}

// file returns a scenario that breaks the same thing when it is run, with the
// nodes as the user's file has them, or nil if there is none: then the file is
// not in block style, or something but the timeline decides.
func (g *stage) file(f *Finding) []byte {
	for _, without := range [][]string{f.Without, nil} {
		c := f.Case
		c.Without = without
		text := g.compose(f, c, string(g.text))
		if g.fails(f, text) {
			return []byte(text)
		}
	}
	return nil
}

// writable reports whether a case has a file. Without a node, an alias in the
// text of another one may mean nothing.
func (g *stage) writable(c Case) bool {
	if g.text == nil {
		return true
	}
	f := &Finding{Wrong: Wrong{Invariant: "case", Detail: "nothing"}, Case: c}
	_, err := scenarios.Parse("case.yaml", []byte(g.compose(f, c, string(g.text))))
	return err == nil
}

// compose puts the file of a case together.
func (g *stage) compose(f *Finding, c Case, origin string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Found by cablepull hunt in %s, and shrunk to what breaks it.\n# invariant: %s\n# role: %s\n", g.scenario.Name, f.Invariant, f.Role)
	fmt.Fprintf(&b, "name: %s\n", f.Name())
	b.WriteString("about: >-\n")
	for _, line := range wrap(f.Sentence(), 96) {
		b.WriteString("  " + line + "\n")
	}
	fmt.Fprintf(&b, "seed: %d\n", c.Seed)
	fmt.Fprintf(&b, "duration: %s # time to recover after the last fault, and a little more\n", form.Text(g.length(c)))
	for _, s := range sections(origin) {
		switch {
		case slices.Contains(replaced, s.key):
		case s.key == "nodes":
			b.WriteString("\n" + strings.TrimLeft(withoutNodes(s.text, c.Without), "\n"))
		default:
			b.WriteString("\n" + strings.TrimLeft(s.text, "\n"))
		}
	}
	b.WriteString(g.variant())
	if len(c.Schedule) > 0 {
		b.WriteString("\ntimeline:\n")
	}
	for _, step := range c.Schedule.steps() {
		if len(step.Faults) == 1 {
			fmt.Fprintf(&b, "  - %s: %q\n", form.Text(step.At), step.Faults[0].String())
			continue
		}
		fmt.Fprintf(&b, "  - %s:\n", form.Text(step.At))
		for _, one := range step.Faults {
			fmt.Fprintf(&b, "      - %q\n", one.String())
		}
	}
	b.WriteString("\nexpect:\n  # The invariants must hold as well, in every run.\n")
	fmt.Fprintf(&b, "  - recovers: %s\n", form.Text(g.within))
	return b.String()
}

// variant is the section of a file that says which variant it is: each path has
// one value. Paths into sections that a finding has instead do not count.
func (g *stage) variant() string {
	text := ""
	for _, axis := range g.values {
		if first, _, _ := strings.Cut(axis.Path, "."); !slices.Contains(replaced, first) {
			text += fmt.Sprintf("  %s: [%s]\n", axis.Path, axis.Values[0])
		}
	}
	if text == "" {
		return ""
	}
	return "\nvariants:\n" + text
}

// fails reports whether a file breaks what the finding says.
func (g *stage) fails(f *Finding, text string) bool {
	s, err := scenarios.Parse(f.Name()+".yaml", []byte(text))
	if err != nil {
		return false
	}
	if all, err := s.Expand(); err == nil {
		s = all[0] // the only one
	}
	out, err := g.run(context.Background(), s, scenarios.RunOptions{Seed: s.Seed})
	if err != nil {
		return f.Bench()
	}
	if f.Invariant == Recovers {
		return !out.Expectations[0].Passed && slices.ContainsFunc(strings.Split(out.Expectations[0].Got, "; "), func(trouble string) bool {
			return strings.HasPrefix(g.roleOf(Recovers, trouble), f.Role)
		})
	}
	return slices.ContainsFunc(out.Violations, func(v oracle.Violation) bool {
		return v.Invariant == f.Invariant && g.roleOf(v.Invariant, v.Detail) == f.Role
	})
}

// withoutNodes leaves nodes out of the section of nodes, with the comments
// before them.
func withoutNodes(text string, names []string) string {
	var b strings.Builder
	skip, pending, indent := false, "", -1
	for i, line := range slices.Collect(strings.Lines(text)) {
		trimmed := strings.TrimLeft(line, " ")
		depth := len(line) - len(trimmed)
		switch {
		case i == 0 || depth == 0 && indent < 0:
			b.WriteString(line)
			continue
		case strings.HasPrefix(trimmed, "#") || strings.TrimSpace(trimmed) == "":
			pending += line
			continue
		case indent < 0:
			indent = depth
		}
		if depth == indent {
			name, _, _ := strings.Cut(trimmed, ":")
			skip = slices.Contains(names, strings.Trim(name, `"'`))
		}
		if !skip {
			b.WriteString(pending + line)
		}
		pending = ""
	}
	return b.String()
}

// wrap breaks a text into lines.
func wrap(text string, width int) (lines []string) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}
