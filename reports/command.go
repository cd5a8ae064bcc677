package reports

import (
	"fmt"
	"strings"
	"unicode"
)

// Command prints a command as one line that can be pasted into any POSIX shell:
// the shell runs the first word with the others as its arguments, whatever
// characters they hold, and expands nothing. All command lines that the bench
// prints for people come from here.
func Command(words ...string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}

// harmless are the characters, besides ASCII letters and digits, that mean
// nothing to a shell.
const harmless = "@%+=:,./_-"

// quote prints one word for a shell.
func quote(word string) string {
	bare, printable := word != "" && word[0] != '=', strings.ToValidUTF8(word, "") == word // zsh expands =word
	for _, c := range word {
		bare = bare && (c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)) || strings.ContainsRune(harmless, c))
		printable = printable && unicode.IsPrint(c)
	}
	switch {
	case bare:
		return word
	case printable || strings.HasSuffix(word, "\n"): // a shell cuts off the line feeds at the end of $(…)
		return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	return `"$(printf '` + printfFormat(word) + `')"`
}

// printfFormat is the format with which printf prints a word. Control
// characters are written as numbers, so that the line stays one line and does
// nothing to the terminal that shows it.
func printfFormat(word string) string {
	var b strings.Builder
	for i := range len(word) {
		switch c := word[i]; {
		case c == '%':
			b.WriteString("%%")
		case c < ' ' || c > '~' || c == '\'' || c == '\\':
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
