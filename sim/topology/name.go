package topology

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrName is wrapped by the errors of CheckName.
var ErrName = errors.New("bad name")

// nameMax is the limit of a DNS label: names become host names in captures and,
// in the world of real namespaces, names of interfaces.
const nameMax = 63

// reservedNames are words of the fault language that would make a line
// ambiguous as the name of a node: `partition a | for 4s`, `partition one-way |
// b`.
var reservedNames = []string{"for", "one-way"}

// NamePattern is the regular expression of names. It also matches the reserved
// words.
const NamePattern = `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`

// CheckName returns why a text cannot name a segment, node, interface or
// service.
func CheckName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("%w: it is empty", ErrName)
	case len(name) > nameMax:
		return fmt.Errorf("%w: %d characters, want at most %d", ErrName, len(name), nameMax)
	case slices.Contains(reservedNames, name):
		return fmt.Errorf("%w: %q is a word of the fault language", ErrName, name)
	case strings.Trim(name, "-") != name:
		return fmt.Errorf("%w: %q begins or ends with a dash", ErrName, name)
	}
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return fmt.Errorf("%w: %q has %q, want lower-case letters, digits and dashes", ErrName, name, c)
		}
	}
	return nil
}

// Nearest returns the word that a misspelt one probably means, or "" if none is
// near: at most a third of the letters may differ, or one letter of a short
// word, but never all. Among equally near words it returns the first.
func Nearest(word string, words []string) string {
	if len(word) > 2*nameMax {
		return "" // the cost of a distance grows with the product of both lengths
	}
	best, bestDistance := "", min(max(1, len(word)/3)+1, len(word))
	for _, w := range words {
		if d := distance(strings.ToLower(word), strings.ToLower(w)); d < bestDistance {
			best, bestDistance = w, d
		}
	}
	return best
}

// distance counts the insertions, deletions, replacements and swaps of
// neighbours that turn a into b.
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	next := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next[0] = i
		for j := 1; j <= len(b); j++ {
			replace := row[j-1]
			if a[i-1] != b[j-1] {
				replace++
			}
			next[j] = min(row[j]+1, next[j-1]+1, replace)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}
