package topology

import "strings"

// Problem says what is wrong with a value, and where.
type Problem struct {
	Path    []string // keys as in YAML, such as nodes, a, nics, lan
	Message string   // got and want
	Warning bool     // it can be built, but is probably a mistake
}

// String prints the path and the message.
func (p Problem) String() string { return strings.Join(p.Path, ".") + ": " + p.Message }
