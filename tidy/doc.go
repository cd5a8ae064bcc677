// Package tidy checks the rules of the project's code as tests. A rule worth
// having is a test with a reason: what reviewers would otherwise repeat, `go
// test ./tidy` says once, with all violations and the reason for each.
//
// The package has no code that runs in the bench and knows the tree only as
// source text: it parses every Go file, type-checks the packages against the
// compiler's export data, and needs only the go command.
//
// Start reading at rule_test.go, which lists the rules. The tables to edit are
// in imports_test.go (which package may import which) and banned_test.go (what
// must not be called, and what to call instead). bad_test.go breaks each rule
// on purpose, because a rule that cannot fail is a defect; stale_test.go finds
// unused entries of the tables.
package tidy
