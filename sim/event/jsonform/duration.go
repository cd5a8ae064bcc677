package jsonform

import "time"

// AppendDuration appends what d.String() returns. It is here because events are
// encoded by the million and the standard library's way allocates.
func AppendDuration(dst []byte, d time.Duration) []byte {
	var digits [32]byte // the longest is -2562047h47m16.854775808s
	at := len(digits) - 1
	u := uint64(d)
	if d < 0 {
		u = -u
	}
	digits[at] = 's'
	if u < uint64(time.Second) {
		at = small(&digits, at, u)
	} else {
		at, u = fraction(&digits, at, u, 9)
		at = whole(&digits, at, u%60)
		if u /= 60; u > 0 {
			at--
			digits[at] = 'm'
			at = whole(&digits, at, u%60)
			if u /= 60; u > 0 {
				at--
				digits[at] = 'h'
				at = whole(&digits, at, u)
			}
		}
	}
	if d < 0 {
		at--
		digits[at] = '-'
	}
	return append(dst, digits[at:]...)
}

// small writes u nanoseconds, less than a second, in the unit that shows a
// digit before the point, in front of the s at digits[at].
func small(digits *[32]byte, at int, u uint64) int {
	precision := 0
	switch {
	case u == 0:
		at--
		digits[at] = '0'
		return at
	case u < uint64(time.Microsecond):
		at--
		digits[at] = 'n'
	case u < uint64(time.Millisecond):
		precision = 3
		at -= len("µ")
		copy(digits[at:], "µ")
	default:
		precision = 6
		at--
		digits[at] = 'm'
	}
	at, u = fraction(digits, at, u, precision)
	return whole(digits, at, u)
}

// fraction writes the last precision digits of u behind a point, without
// trailing zeros, and returns what is left of u.
func fraction(digits *[32]byte, at int, u uint64, precision int) (int, uint64) {
	written := false
	for range precision {
		digit := byte(u % 10)
		u /= 10
		if written = written || digit != 0; written {
			at--
			digits[at] = '0' + digit
		}
	}
	if written {
		at--
		digits[at] = '.'
	}
	return at, u
}

// whole writes u in decimal.
func whole(digits *[32]byte, at int, u uint64) int {
	for {
		at--
		digits[at] = '0' + byte(u%10)
		if u /= 10; u == 0 {
			return at
		}
	}
}
