package netns

import "fmt"

// Finding is what Probe found about one thing that the netns world can use.
type Finding struct {
	Name   string // of the thing: "veth", "nginx"
	OK     bool
	Detail string // what is there, or why it is not: one line
	Needed string // what needs it: the world itself, a kind of fault, a kind of node
}

// String is the finding as one line.
func (f Finding) String() string {
	word := "ok"
	if !f.OK {
		word = "missing"
	}
	return fmt.Sprintf("%-18s %-7s  %s (%s)", f.Name, word, f.Detail, f.Needed)
}
