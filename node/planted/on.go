//go:build planted

package planted

var present Bug

// Plant plants a bug in every machine of this process instead of the one
// before; an empty one is none. Nothing may run meanwhile.
func Plant(b Bug) { present = b }

// In reports whether a bug is planted.
func In(b Bug) bool { return present == b }
