package tracking

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestTableIsAList compares the table with a list from the oldest to the newest
// connection.
func TestTableIsAList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const size = 4
		table := newTable(size)
		var list []uint64
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			key := rapid.Uint64Range(0, 7).Draw(t, "key")
			at := slices.Index(list, key)
			server, ok := table.get(key)
			if ok != (at >= 0) || ok && server != int(key)+1 {
				t.Fatalf("%d in %v: got server %d, %t", key, list, server, ok)
			}
			if at >= 0 {
				list = slices.Delete(list, at, at+1)
			}
			if at >= 0 && rapid.Bool().Draw(t, "remove") {
				table.remove(key)
				continue
			}
			if at < 0 {
				table.put(key, int(key)+1)
			}
			if list = append(list, key); len(list) > size {
				list = list[1:]
			}
			if len(table.places) != len(list) || len(table.entries) > size+1 {
				t.Fatalf("%v: got %d entries in %d places", list, len(table.places), len(table.entries))
			}
		}
	})
}
