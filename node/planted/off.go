//go:build !planted

package planted

// In reports whether a bug is planted: none is.
func In(Bug) bool { return false }
