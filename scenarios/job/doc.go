// Package job makes values of trials and of what became of them, so that many
// can be kept, continued, divided and put together: by a command that was
// killed, by several machines, and one day by an engine that carries them.
//
// A Job is everything that decides the outcome of a trial, a Result what many
// trials together need of one; both have digests, which no float reaches. A
// Journal keeps results in a folder, and Play plays what is missing there. A
// Plan is what was asked, a Shard a part of it, and Merge puts journals
// together.
//
// It plays nothing itself: a trial.Player does. It must not know what results
// are for: what a sweep or a table of runs makes of them is theirs.
//
// Read job.go and result.go first, then journal.go and play.go.
package job
