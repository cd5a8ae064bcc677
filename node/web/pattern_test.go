package web

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// TestPatternReads pins the text of a body: people read it in captures.
func TestPatternReads(t *testing.T) {
	p := NewPattern(42)
	want := "00000000000000000042 0000000000 abcdefghijklmnopqrstuvwxyzABCDE\n" +
		"00000000000000000042 0000000064 abcdefghijk"
	if got := string(p.Append(nil, len(want))); got != want {
		t.Errorf("body of request 42:\n%q\nwant\n%q", got, want)
	}
	p = NewPattern(math.MaxUint64)
	if got := string(p.Append(nil, 20)); got != "18446744073709551615" {
		t.Errorf("largest number: %q", got)
	}
}

// TestPatternCountsLines compares the offsets, which are incremented in place,
// with formatted ones, for every number of digits that a body reaches.
func TestPatternCountsLines(t *testing.T) {
	p := NewPattern(7)
	for at := 0; at < 3_000_000; at += lineSize {
		line := string(p.Append(nil, lineSize))
		if want := fmt.Sprintf("%020d %010d%s", 7, at, filler); line != want {
			t.Fatalf("line at %d: got %q, want %q", at, line, want)
		}
	}
}

// TestPatternSeesDamage damages a body in every way a failover can. Each must
// be detected however the bytes are split.
func TestPatternSeesDamage(t *testing.T) {
	whole := NewPattern(42)
	body := string(whole.Append(nil, 1000))
	other := NewPattern(43)
	crossed := string(other.Append(nil, 1000))
	for _, c := range []struct{ name, body string }{
		{"lost byte", body[:500] + body[501:]},
		{"lost line", body[:320] + body[384:]},
		{"doubled byte", body[:500] + body[499:]},
		{"doubled line", body[:320] + body[256:]},
		{"doubled segment", body[:640] + body[320:]},
		{"crossed from the start", crossed},
		{"crossed in the middle", body[:512] + crossed[512:]},
		{"another's tail", body[:990] + crossed[512:522]},
		{"flipped bit", body[:77] + string(body[77]^4) + body[78:]},
	} {
		for _, cut := range []int{1, 7, 31, 32, 33, 500, 2000} {
			if feed(42, c.body, cut) {
				t.Errorf("%s in parts of %d: not seen", c.name, cut)
			}
		}
	}
	for cut := 1; cut < 200; cut++ {
		if !feed(42, body, cut) {
			t.Errorf("whole body in parts of %d: refused", cut)
		}
	}
}

func feed(id uint64, body string, cut int) bool {
	p := NewPattern(id)
	for len(body) > 0 {
		n := min(cut, len(body))
		if !p.Check([]byte(body[:n])) {
			return false
		}
		body = body[n:]
	}
	return true
}

// TestPatternAllocatesNothing: checking is part of every request of a run.
func TestPatternAllocatesNothing(t *testing.T) {
	made := NewPattern(42)
	body := made.Append(nil, 1000)
	if n := testing.AllocsPerRun(100, func() {
		p := NewPattern(42)
		if !p.Check(body) {
			t.Error("refused")
		}
	}); n != 0 {
		t.Errorf("allocations per check: %v, want 0", n)
	}
	if strings.ContainsRune(string(body), 0) {
		t.Error("a body has unprintable bytes")
	}
}

func BenchmarkPatternCheck(b *testing.B) {
	made := NewPattern(42)
	body := made.Append(nil, 1000)
	b.SetBytes(1000)
	for b.Loop() {
		p := NewPattern(42)
		p.Check(body)
	}
}
