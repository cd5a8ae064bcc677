// Package sim is the bench's time: a loop of events, timers, coroutines that
// look like blocking programs, and named random streams.
//
// One Loop owns everything that happens in a world. It takes the earliest event
// by (instant, posting order), sets the clock, runs the event on one goroutine,
// and continues. Instants are durations since the start of the world: they
// print well and cannot be confused with the wall clock. Two events of one
// instant run in the order in which they were posted, always; this and the
// named random streams make a run a pure function of scenario and seed.
//
// Programs are written in blocking style and run as coroutines of the loop
// (Proc). Everything of one machine runs in a Scope, which can be frozen, run
// fast or slow, and be killed as a whole.
//
// Package sim knows nothing about networks. Start reading at loop.go, then
// proc.go and scope.go.
package sim
