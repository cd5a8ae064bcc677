// Package hunt looks for faults that break a cluster in ways that nobody wrote
// down. It draws schedules of faults, plays them in virtual time, judges them
// by the invariants and by whether the cluster recovers, keeps those that led
// to states never seen before, and changes them. What it finds it shrinks to
// the fewest lines, nodes and digits that break the same invariant in the same
// way, and writes as a scenario file that fails when it is run.
//
// It owns schedules, how they are drawn, changed, judged and shrunk, and the
// folders in which schedules and findings stay. It must not know the command:
// neither its flags nor its output. A hunt is a function of its scenario, its
// seed, and the schedules that it began with: workers, processors and the wall
// clock decide when a finding comes, never which.
//
// Read schedule.go first, then hunt.go, which plays one batch after another;
// space.go draws, mutate.go changes, credit.go and parent.go choose, play.go
// judges and shrink.go shrinks.
package hunt
