// Package spec holds the suites: every incident of the library as a spec, and
// the richer ones that are written in Go with the kit. It has no code of its
// own. Specs are independent of each other and of their order.
package spec
