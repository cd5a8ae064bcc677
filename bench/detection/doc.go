// Package detection holds the formulas of spec/peers.md §2.8, which say how
// long programs take to notice a failure, against measured times: not whether
// times lie between the formula's ends, as scenarios/spec does, but whether
// they are distributed as the formula says, with the jitter of timers and the
// arrivals of requests in it (the test of Kolmogorov and Smirnov).
//
// It owns formulas as distributions, and the clusters that they are about. It
// knows no statistics but that test. Formulas without a machine here are listed
// in scenarios/spec/formula_test.go; fixed times, such as damp itself and
// fail_timeout, are a part of other rows.
//
// Start reading at formula.go, then rows.go.
package detection
