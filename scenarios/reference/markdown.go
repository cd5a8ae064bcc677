package reference

import (
	"fmt"
	"strings"
)

// Markdown returns sections as one page.
func Markdown(all []Section) string {
	var b strings.Builder
	for i, s := range all {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "%s %s\n", strings.Repeat("#", s.Level), s.Title)
		if s.Text != "" {
			fmt.Fprintf(&b, "\n%s\n", s.Text)
		}
		writeKeys(&b, s.Keys)
		writeLines(&b, s.Lines)
	}
	return b.String()
}

func writeKeys(b *strings.Builder, keys []Key) {
	if len(keys) == 0 {
		return
	}
	b.WriteString("\n| key | value | default | meaning |\n|---|---|---|---|\n")
	for _, k := range keys {
		name, without := "`"+k.Name+"`", k.Default
		switch {
		case k.Name == "":
			fmt.Fprintf(b, "| | | | and the keys of %s |\n", cell(k.Value))
			continue
		case k.Required:
			without = "required"
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, cell(k.Value), cell(escape(without)), cell(escape(k.Meaning)))
	}
}

func writeLines(b *strings.Builder, lines []Line) {
	if len(lines) == 0 {
		return
	}
	b.WriteString("\n| line | what it does | example |\n|---|---|---|\n")
	for _, l := range lines {
		fmt.Fprintf(b, "| `%s` | %s | `%s` |\n", cell(l.Usage), cell(l.Meaning), cell(l.Example))
	}
}

// cell is text that does not end a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// escape is text in which nothing is emphasised.
func escape(text string) string { return strings.NewReplacer("*", `\*`, "<", `\<`).Replace(text) }
