// Package tidy holds the rules of the house as tests. A rule worth having is a
// test with a reason: what reviewers would otherwise repeat is said once, by
// `go test ./tidy`, with all violations at once and the why beside each.
//
// The package owns no code that runs in the bench and knows the tree only as
// source text: it parses every Go file, type-checks the packages against the
// compiler's export data, and needs nothing but the go command.
//
// Start reading at rule_test.go, which lists the rules. The tables one edits
// are in imports_test.go (who may import whom) and banned_test.go (what may not
// be called, and what to call instead). bad_test.go breaks each rule on
// purpose, because a rule that cannot fail is a defect; stale_test.go finds what
// the tables allow and nobody does.
package tidy
