// Package bench measures cablepull: how many requests it answers, how fast
// virtual time passes, how large a world may be. Its workloads are those of its
// yardsticks, ns-3 and the spike, so that figures can be compared. README.md
// lists the comparisons and their results; the command compare runs all sides
// in turn and prints the ratios.
//
// Start reading at exchange.go, the workload that all of them share.
package bench
