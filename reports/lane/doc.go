// Package lane folds the events of a run into lanes: what became of each
// member, virtual IP and client over time, and the faults. Pages, pictures and
// traces draw them, each in its own way, so all of them say the same.
//
// Start reading at timeline.go.
package lane
