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
// trailing zeros, and returns what is left of u. The precision is 0, 3, 6 or 9.
func fraction(digits *[32]byte, at int, u uint64, precision int) (int, uint64) {
	var part uint32
	switch precision {
	case 3:
		part, u = uint32(u%1e3), u/1e3
	case 6:
		part, u = uint32(u%1e6), u/1e6
	case 9:
		part, u = uint32(u%1e9), u/1e9
	}
	if part == 0 {
		return at, u
	}
	for part%1000 == 0 {
		part /= 1000
		precision -= 3
	}
	for part%10 == 0 {
		part /= 10
		precision--
	}
	for ; precision > 1; precision -= 2 {
		at -= 2
		copy(digits[at:], pairs[part%100*2:][:2])
		part /= 100
	}
	if precision == 1 {
		at--
		digits[at] = '0' + byte(part)
	}
	at--
	digits[at] = '.'
	return at, u
}

// pairs are the numbers from 0 to 99 in two digits.
const pairs = "0001020304050607080910111213141516171819" +
	"2021222324252627282930313233343536373839" +
	"4041424344454647484950515253545556575859" +
	"6061626364656667686970717273747576777879" +
	"8081828384858687888990919293949596979899"

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
