package netns

import "fmt"

// Finding is the result of Probe for one thing that the netns world can use.
type Finding struct {
	Name   string // of the thing: "veth", "nginx"
	OK     bool
	Detail string // what is there, or why it is not: one line
	Needed Need   // what needs it
	Remedy string // how to get it; empty if it is there, or nothing helps
}

// Need is what a thing is needed for.
type Need string

// The needs: the world itself, a kind of user, of fault or of node, or people.
const (
	ForWorld   Need = "every netns run"
	ForUsers   Need = "netns runs without root"
	ForFreeze  Need = "freezing a node as a whole"
	ForQuota   Need = "hogs and CPU quotas of real programs"
	ForMemory  Need = "memory limits of real programs"
	ForProgram Need = "nodes that run it"
	ForLooking Need = "looking at captures and neighbours by hand"
)

// String prints the finding as one line.
func (f Finding) String() string {
	word := "ok"
	if !f.OK {
		word = "missing"
	}
	return fmt.Sprintf("%-18s %-7s  %s (%s)", f.Name, word, f.Detail, f.Needed)
}
