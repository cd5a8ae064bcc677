// Package trial plays trials: one scenario under one seed in one world. A Player
// takes a Trial and gives a Result, in this process (InProcess) or in one of
// several worker processes (Pool). Sweeps, searches and other machines need
// nothing else of the bench.
//
// It owns what a trial is called, where it leaves its artefacts, what this
// machine lacks to play it, and whose fault it is when there is no verdict. It
// must not know the command: neither flags nor what is printed where. Blame and
// exit status are values of the Result.
//
// Read trial.go first, then player.go; result.go and blame.go say how a trial
// can end.
package trial
