// Package wall runs a loop in real time: the clock of the wall, uplinks that
// join ports of a fabric to AF_PACKET ports, and a gauge of how late the loop
// is. The coordinator of a run and each of its node processes use it alike.
//
// It knows nothing of nodes and faults. Start reading at clock.go.
package wall
