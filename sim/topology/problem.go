package topology

import "strings"

// Problem is something that is wrong with a value, and where in it.
type Problem struct {
	Path    []string // keys as in YAML, such as nodes, a, nics, lan
	Message string   // what was got and what is wanted
	Warning bool     // it can be built, but is probably not meant
}

// String prints the path and the message.
func (p Problem) String() string { return strings.Join(p.Path, ".") + ": " + p.Message }
