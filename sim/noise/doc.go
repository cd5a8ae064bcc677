// Package noise describes what disturbs a cluster although nothing is broken:
// machines that stand still for a moment, processors that others use, frames
// that are lost or late, hello timers that go off late. It owns the models as
// values, their problems, and the draws from their distributions. It knows no
// world: package world puts a model into effect.
//
// Noise is no fault. It is not in the timetable, nothing heals it, and what it
// makes happen has no cause among the faults.
//
// A draw is a function of a random stream alone. It takes only additions,
// products, quotients and comparisons, each rounded by itself, so that every
// processor draws the same.
//
// Read model.go first, then distribution.go and draw.go.
package noise
