//go:build !race

package host_test

// dropsPooled: without the race detector, sync.Pool keeps what it gets.
const dropsPooled = false
