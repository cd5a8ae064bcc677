package tracking

import (
	"flag"
	"testing"
)

var whole = flag.Bool("whole", false, "TestJustEnoughTracking: simulate as many connections as were published")

// TestJustEnoughTracking is the published simulation with a hundredth of the
// connections and of the table. A table with room for one connection in four
// breaks none if it holds those that may move, and some if it holds all. With a
// hash that moves most, it breaks many.
func TestJustEnoughTracking(t *testing.T) {
	n := 100
	if *whole {
		n = 1
	}
	got := Published.Part(n).Run()
	t.Logf("1:%d: %+v; published: %d connections, broken 0 and %d, oversubscription %.3f",
		n, got, PublishedConnections, PublishedBroken, PublishedOversubscription)
	if want := PublishedConnections / n; got.Connections < want*95/100 || got.Connections > want*105/100 {
		t.Errorf("got %d connections, want %d ± 5 %%", got.Connections, want)
	}
	if got.Broken[JustEnough] != 0 || got.Broken[Full] == 0 {
		t.Errorf("broken connections: got %d with just enough tracking and %d with full tracking, want 0 and more",
			got.Broken[JustEnough], got.Broken[Full])
	}
	if full := Published.Table / n; got.Largest[JustEnough] >= full || got.Largest[Full] != full {
		t.Errorf("entries: got %d with just enough tracking and %d with full tracking, want fewer than %d and that",
			got.Largest[JustEnough], got.Largest[Full], full)
	}

	modulo := Published.Part(n)
	modulo.Modulo = true
	if worse := modulo.Run(); worse.Broken[Full] < 10*got.Broken[Full] {
		t.Errorf("full tracking: got %d broken connections by modulo and %d by AnchorHash, want at least ten times as many",
			worse.Broken[Full], got.Broken[Full])
	}
}

// TestLargeTable: full tracking breaks nothing while its table has room.
func TestLargeTable(t *testing.T) {
	s := Published.Part(100)
	s.Table *= 8
	if got := s.Run(); got.Broken[Full] != 0 || got.Largest[Full] >= s.Table {
		t.Errorf("got %d broken connections and %d entries of %d, want none and less", got.Broken[Full], got.Largest[Full], s.Table)
	}
}

// TestRunIsRepeatable: a seed gives one result, another seed another one.
func TestRunIsRepeatable(t *testing.T) {
	s := Published.Part(1000)
	first := s.Run()
	if again := s.Run(); again != first {
		t.Errorf("got %+v and %+v for one seed", first, again)
	}
	s.Seed++
	if other := s.Run(); other == first {
		t.Error("another seed gives the same result")
	}
}
