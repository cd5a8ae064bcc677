package hunt

import (
	"regexp"
	"slices"
	"strings"

	"github.com/cablepull/cablepull/sim/topology"
)

// rolesOf says what each node is, in a word.
func rolesOf(t topology.Topology) map[string]string {
	roles := map[string]string{}
	for name, n := range t.Nodes { // order: into a map
		roles[name] = roleOf(n)
	}
	return roles
}

// roleOf is the word for a node: a member if it has standby control, else what
// it runs.
func roleOf(n topology.Node) string {
	if len(n.Standby) > 0 {
		return "member"
	}
	var all []string
	for key := range n.Programs() {
		all = append(all, key)
	}
	slices.Sort(all)
	if len(all) == 0 {
		return "node"
	}
	return all[0]
}

var wordPattern = regexp.MustCompile(`[A-Za-z][A-Za-z0-9_-]*|[0-9][0-9A-Za-zµ.:/]*`)

// normal is a text with the roles of nodes instead of their names, and without
// numbers, instants and addresses. A list of nodes of one role counts as one.
// Examples, which follow a semicolon, do not count.
func normal(text string, roles map[string]string) string {
	if first, _, more := strings.Cut(text, "\n"); more {
		text = first
	}
	text, _, _ = strings.Cut(text, ";") // examples follow
	text = wordPattern.ReplaceAllStringFunc(text, func(word string) string {
		if role, is := roles[word]; is {
			return role
		}
		if word[0] >= '0' && word[0] <= '9' {
			return "#"
		}
		return strings.TrimRight(word, "0123456789")
	})
	return collapse(text, roles)
}

// collapse makes one word of a list of the same words.
func collapse(text string, roles map[string]string) string {
	var words []string
	for _, name := range topology.Names(roles) {
		words = append(words, roles[name])
	}
	slices.Sort(words)
	for _, word := range append(slices.Compact(words), "#") {
		for _, between := range []string{", ", " and ", " "} {
			for twice := word + between + word; strings.Contains(text, twice); {
				text = strings.ReplaceAll(text, twice, word)
			}
		}
	}
	return text
}
