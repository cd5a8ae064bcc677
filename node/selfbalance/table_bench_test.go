package selfbalance

import (
	"math/rand/v2"
	"testing"
	"time"
)

const million = 1_000_000

// connection returns one of very many connections.
func connection(i int) Flow {
	return Flow{
		Client:     [4]byte{198, 51, byte(i >> 8), byte(i)},
		VIP:        [4]byte{192, 0, 2, 100},
		ClientPort: uint16(32768 + i>>16),
		Port:       80,
	}
}

// flows returns connections as many clients make them, in random order.
func flows(n int) []Flow {
	all := make([]Flow, n)
	for i := range all {
		all[i] = connection(i)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// filled returns a table with the connections, established among members.
func filled(all []Flow) *Table {
	t := NewTable(TableConfig{Max: len(all)})
	for i, f := range all {
		t.Add(0, f, 0, Slot(i%3), Established)
	}
	return t
}

// BenchmarkNote is what a segment of a known connection costs, with expiry
// once a second, while five million segments a second pass, and when each
// connection has been silent for more than a second.
func BenchmarkNote(b *testing.B) {
	for _, c := range []struct {
		name string
		step time.Duration
	}{{"busy", 200 * time.Nanosecond}, {"slow", 2 * time.Microsecond}} {
		b.Run(c.name, func(b *testing.B) {
			all := flows(million)
			t := filled(all)
			rand.New(rand.NewPCG(3, 4)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			b.ReportMetric(float64(t.Bytes())/float64(t.Len()), "B/entry")
			now, i, expiry := time.Duration(0), 0, t.NextExpiry()
			b.ReportAllocs()
			for b.Loop() {
				now += c.step
				if now >= expiry {
					t.Expire(now)
					expiry = t.NextExpiry()
				}
				e := t.Find(now, all[i])
				t.Note(now, e, ACK)
				if i++; i == len(all) {
					i = 0
				}
			}
			if t.Len() != len(all) {
				b.Fatalf("%d entries, want %d", t.Len(), len(all))
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
			b.ReportMetric(float64(t.Bytes())/float64(t.Len()), "B/entry")
		})
	}
}

// BenchmarkAdd is what a new connection costs when the table is full of a
// million others: the one that was idle longest is forgotten.
func BenchmarkAdd(b *testing.B) {
	all := flows(2 * million)
	t := filled(all[:million])
	now, i := time.Duration(0), million
	b.ReportAllocs()
	for b.Loop() {
		now += 2 * time.Microsecond
		t.Add(now, all[i], 0, 1, SynRecv)
		if i++; i == len(all) {
			i = 0
		}
	}
	if t.Len() != million {
		b.Fatalf("%d entries, want %d", t.Len(), million)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "M/s")
}

// BenchmarkGrow is what each connection costs of the first million, with all
// that the table moves as it grows, and their expiry.
func BenchmarkGrow(b *testing.B) {
	all := flows(million)
	for b.Loop() {
		t := filled(all)
		if got := t.Expire(t.NextExpiry()); got != len(all) {
			b.Fatalf("%d expired, want %d", got, len(all))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/million, "ns/entry")
}
