package hunt

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMinimise: whatever some items need to fail together is what is left of
// any list that has them, in its order, and nothing else. It never asks about
// the whole list.
func TestMinimise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfNDistinct(rapid.IntRange(0, 99), 1, 20, rapid.ID[int]).Draw(t, "items")
		need := rapid.SliceOfNDistinct(rapid.SampledFrom(items), 0, 4, rapid.ID[int]).Draw(t, "need")
		asked := 0
		got := Minimise(items, func(some []int) bool {
			if asked++; len(some) == len(items) {
				t.Fatalf("asked about the whole list %v", items)
			}
			return !slices.ContainsFunc(need, func(n int) bool { return !slices.Contains(some, n) })
		})
		want := slices.DeleteFunc(slices.Clone(items), func(n int) bool { return !slices.Contains(need, n) })
		if !slices.Equal(got, want) {
			t.Errorf("of %v, where %v fail: got %v", items, need, got)
		}
		// Zeller and Hildebrandt bound ddmin by n²+3n questions.
		if n := len(items); asked > n*n+3*n {
			t.Errorf("%d items: %d questions", n, asked)
		}
	})
}

// TestMinimiseIsMinimal: where which items fail is not simply a set, no single
// one of those that are left can be left out.
func TestMinimiseIsMinimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := rapid.SliceOfN(rapid.IntRange(0, 9), 1, 16).Draw(t, "items")
		modulus := rapid.IntRange(2, 5).Draw(t, "modulus")
		fails := func(some []int) bool {
			sum := 0
			for _, n := range some {
				sum += n
			}
			return len(some) > 1 && sum%modulus == 0
		}
		if !fails(items) {
			t.Skip("the whole list must fail")
		}
		got := Minimise(items, fails)
		if !fails(got) {
			t.Fatalf("got %v, which does not fail", got)
		}
		for i := range got {
			if fewer := slices.Delete(slices.Clone(got), i, i+1); fails(fewer) {
				t.Errorf("got %v, and %v fails too", got, fewer)
			}
		}
	})
}

func TestShortest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		border := rapid.Int64Range(1, 1000).Draw(t, "border")
		high := rapid.Int64Range(border, 100000).Draw(t, "high")
		asked := 0
		got := shortest(1, high, func(n int64) bool { asked++; return n >= border })
		if got != border || asked > 17 { // 2^17 > 100000
			t.Errorf("of %d: got %d after %d questions, want %d", high, got, asked, border)
		}
	})
}
