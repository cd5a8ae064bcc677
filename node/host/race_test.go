//go:build race

package host_test

// dropsPooled: under the race detector, sync.Pool drops items at random.
const dropsPooled = true
