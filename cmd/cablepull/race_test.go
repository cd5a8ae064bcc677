//go:build race

package main

// slowdown is how much longer a run takes under the race detector, about.
const slowdown = 10
