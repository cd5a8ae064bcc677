package selfbalance

import (
	"math/rand/v2"
	"testing"
)

// TestHash: the same numbers on each kind of processor, computed apart from it.
func TestHash(t *testing.T) {
	for _, c := range []struct {
		flow Flow
		want uint64
	}{
		{Flow{}, 0xbc13060e2d1aac79},
		{Flow{Client: [4]byte{192, 0, 2, 201}, VIP: [4]byte{192, 0, 2, 100}, ClientPort: 5000, Port: 80}, 0xc224e174aa179cf5},
		{Flow{Client: [4]byte{1, 2, 3, 4}, VIP: [4]byte{5, 6, 7, 8}, ClientPort: 0x090a, Port: 0x0b0c}, 0x2698fc69d0b19ca6},
	} {
		if got := c.flow.key().hash(); got != c.want {
			t.Errorf("%v: got %#x, want %#x", c.flow, got, c.want)
		}
	}
}

// TestSearchesAreShort: with clients of any habit, entries lie near their homes
// when the store is as full as it may be. With an ideal hash the mean is 1.
func TestSearchesAreShort(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, flow := range map[string]func(i uint32) Flow{
		"many ports":    func(i uint32) Flow { return Flow{Client: [4]byte{10, 0, 0, byte(i >> 16)}, ClientPort: uint16(i)} },
		"many clients":  func(i uint32) Flow { return Flow{Client: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}} },
		"many networks": func(i uint32) Flow { return Flow{Client: [4]byte{byte(i), byte(i >> 8), byte(i >> 16), 1}} },
		"many services": func(i uint32) Flow { return Flow{VIP: [4]byte{10, 0, byte(i >> 16), 1}, Port: uint16(i)} },
		"even ports":    func(i uint32) Flow { return Flow{Client: [4]byte{10, 0, 0, byte(i >> 15)}, ClientPort: uint16(i * 2)} },
		"any": func(uint32) Flow {
			return Flow{Client: [4]byte{byte(random.Uint32()), 1, 2, byte(random.Uint32())}, ClientPort: uint16(random.Uint32()), Port: 80}
		},
	} {
		const n = 100_000
		s, sum := newStore(n/2*3+3, spareMin), 0
		for i := range uint32(n) {
			f := flow(i)
			k := f.key()
			if e := s.find(k); e != nil {
				continue // a random one may come again
			}
			e := s.add(Entry{source: k.source, vip: k.vip}, n)
			sum += int(e.place-1) - s.home(k.hash())
		}
		mean := float64(sum) / float64(s.length)
		if mean > 1.2 || s.length < n*9/10 || s.spare() != spareMin {
			t.Errorf("%s: %d connections lie %.2f from their homes, %d spare; want at most 1.2, and %d", name, s.length, mean, s.spare(), spareMin)
		}
	}
}

// TestStoreOverflowsItsEnd: connections that all have the last homes, as
// somebody may choose them who knows the hash.
func TestStoreOverflowsItsEnd(t *testing.T) {
	const n = 600
	table := NewTable(TableConfig{Max: n})
	var added []Flow
	for i := range uint32(1 << 31) {
		f := Flow{Client: [4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}, ClientPort: uint16(i >> 24)}
		if f.key().hash()>>52 != 1<<12-1 {
			continue
		}
		table.Add(0, f, 0, Slot(len(added)%MembersMax), Established)
		if added = append(added, f); len(added) == n {
			break
		}
	}
	for i, f := range added {
		if e := table.Find(1, f); e == nil || e.Flow() != f || e.Slot() != Slot(i%MembersMax) {
			t.Fatalf("connection %d of %d: got %v", i, n, e)
		}
	}
	if spare := table.store.spare(); spare <= spareMin || table.Bytes() > 200*n {
		t.Errorf("%d spare positions in %d bytes, want more than %d, and at most 200 bytes for each connection", spare, table.Bytes(), spareMin)
	}
	for i, f := range added {
		if i%2 == 0 {
			table.Remove(table.Find(1, f))
		}
	}
	for i, f := range added {
		if e := table.Find(1, f); (e == nil) != (i%2 == 0) {
			t.Fatalf("connection %d after each second one was removed: got %v", i, e)
		}
	}
}
