package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
)

// shownMax is how much of what was found is shown, to keep the line readable.
const shownMax = 6

// shorten joins what was found.
func shorten(found []string) string { return andMore(found[:min(len(found), shownMax)], len(found)) }

// andMore joins the first of so many that were found.
func andMore(first []string, n int) string {
	s := strings.Join(first, ", ")
	if more := n - len(first); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// part is a named figure of a text; it is left out if it was not given.
func part[T form.Bound](name string, r form.Range[T]) string {
	if !r.Given {
		return ""
	}
	return name + " " + r.String()
}

// parts lists figures behind a colon.
func parts(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return s == "" })
	if len(texts) == 0 {
		return ""
	}
	return ": " + strings.Join(texts, ", ")
}

func clientText(client string) string {
	if client == "" {
		return "every client"
	}
	return client
}
