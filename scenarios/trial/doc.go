// Package trial plays trials: one scenario with one seed in one world. A Player
// takes a Trial and returns a Result, in this process (InProcess) or in one of
// several worker processes (Pool). Sweeps, searches and remote runs need
// nothing else from the bench.
//
// It owns the name of a trial, where it leaves its artefacts, what this machine
// lacks to play it, and whose fault it is when there is no verdict. It must not
// know the command: neither its flags nor its output. Blame and exit status are
// values of the Result.
//
// Read trial.go first, then player.go; result.go and blame.go say how a trial
// can end.
package trial
