package sim

import (
	"testing"
	"time"
)

// TestDigestIsPinned compares digests with literal sums, so that each input
// must count.
func TestDigestIsPinned(t *testing.T) {
	frames := func(at time.Duration, port uint32, data ...string) string {
		d := NewDigest()
		for _, s := range data {
			d.AddFrame(at, port, []byte(s))
		}
		return d.String()
	}
	both := NewDigest()
	both.AddEvent(time.Second, []byte("hello"))
	both.AddFrame(time.Second, 3, []byte("hello"))
	const none = "ef46db3751d8e999"
	for _, tc := range []struct{ name, got, want string }{
		{"nothing", frames(0, 0), none + "-" + none},
		{"one frame", frames(time.Second, 3, "hello"), "e7a01682c473fd70-" + none},
		{"another instant", frames(time.Second+1, 3, "hello"), "c4c7b36fe3bbb214-" + none},
		{"another port", frames(time.Second, 4, "hello"), "c90b8ec7764dc05f-" + none},
		{"two frames", frames(time.Second, 3, "hel", "lo"), "2f5bd9cec9ed148a-" + none},
		{"the other order", frames(time.Second, 3, "lo", "hel"), "1cb66b3de2c3c7bd-" + none},
		{"an empty frame more", frames(time.Second, 3, "hello", ""), "4ac0966056a837cf-" + none},
		{"an event before the frame", both.String(), "e7a01682c473fd70-058ae16b1bf4cba7"},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, tc.got, tc.want)
		}
	}
}

// TestDigestOfMany: what is hashed together counts as if it were hashed one by
// one, and to ask for the digest changes nothing.
func TestDigestOfMany(t *testing.T) {
	for _, asks := range []bool{false, true} {
		d := NewDigest()
		for i := range 1000 {
			d.AddFrame(time.Duration(i), 3, []byte("hello"))
			d.AddEvent(time.Duration(i), []byte("hello"))
			if asks {
				_ = d.String()
			}
		}
		if got, want := d.String(), "1c8c6823497e02ad-42931b2dce42baf6"; got != want {
			t.Errorf("asked in between: %v: got %s, want %s", asks, got, want)
		}
	}
}

// TestDigestDifference: exactly the parts that differ are named.
func TestDigestDifference(t *testing.T) {
	for _, tc := range []struct{ a, b, want string }{
		{"1-2", "1-2", ""},
		{"1-2", "3-2", "frames"},
		{"1-2", "1-3", "events"},
		{"1-2", "3-4", "frames and events"},
		{"", "", ""},
	} {
		if got := DigestDifference(tc.a, tc.b); got != tc.want {
			t.Errorf("%q and %q: got %q, want %q", tc.a, tc.b, got, tc.want)
		}
	}
}
