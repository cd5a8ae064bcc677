// Package sweep plays one scenario under many settings and seeds, and says what
// the settings are worth. It owns the knobs and the designs that make settings
// of them, the plan of a sweep, what its figures come to at each setting, and
// the searches that stand on that: how much a cluster carries, which of two
// settings is better, which settings are best, which knob matters.
//
// It plays nothing itself: a [Player] does. It must not know the command, and
// leaves the mathematics of intervals to package statistic.
//
// Read knob.go and plan.go first, then outcome.go.
package sweep
