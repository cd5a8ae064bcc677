package expect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/scenarios/form"
)

// shorten joins what was found and keeps the line readable.
func shorten(found []string) string {
	const most = 6
	if more := len(found) - most; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(found[:most], ", "), more)
	}
	return strings.Join(found, ", ")
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
