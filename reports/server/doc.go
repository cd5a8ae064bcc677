// Package server shows the runs below a folder in a browser: a list to filter,
// the page and the other artefacts of each run, the difference of two runs, and
// how far series of runs are that go on.
//
// It only reads, and only what runs left: nothing outside of the folder, and no
// file next to which there is no run.json. guard.go says who may read.
//
// Start reading at server.go.
package server
