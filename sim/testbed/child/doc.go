// Package child starts this very program again, to be one of the processes of a
// run: its hidden verbs, the control socket between parent and child, and the
// end of what the child says.
//
// It does not know what the children do. Start reading at child.go.
package child
