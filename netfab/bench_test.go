package netfab

import (
	"strconv"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
	"github.com/cablepull/cablepull/sim"
)

// counter is a machine that only counts frames, at no cost.
type counter struct{ received int }

func (d *counter) Receive(*Frame)      { d.received++ }
func (d *counter) CarrierChanged(bool) {}

// manyPorts returns a segment with n ports and the digest on, all known to the
// switch.
func manyPorts(b *testing.B, n int) (*Fabric, []*Port, *counter) {
	f := New(sim.New(1), sim.NewDigest())
	lan := f.AddSegment("lan", SegmentConfig{Latency: latency, Ageing: 1000 * time.Hour})
	receiver := &counter{}
	var ports []*Port
	for i := range n {
		p := lan.Attach("n"+strconv.Itoa(i), "lan", receiver)
		p.Filter().Add(macOf(p))
		ports = append(ports, p)
	}
	for _, p := range ports {
		emit(f, p, wire.Broadcast, 64)
	}
	pump(b, f)
	receiver.received = 0
	b.ReportAllocs()
	return f, ports, receiver
}

func macOf(p *Port) MAC { return MAC{2, 0, 0, 0, byte(p.Number() >> 8), byte(p.Number())} }

func emit(f *Fabric, from *Port, to MAC, size int) {
	fr := f.NewFrame(size)
	own := macOf(from)
	copy(fr.Data(), to[:])
	copy(fr.Data()[6:], own[:])
	from.Send(fr)
}

func pump(b *testing.B, f *Fabric) {
	if err := f.loop.Run(f.loop.Now() + time.Millisecond); err != nil {
		b.Fatal(err)
	}
}

// exchange sends one frame per round and lets it arrive.
func exchange(b *testing.B, f *Fabric, from *Port, to MAC, receiver *counter, each int) {
	for b.Loop() {
		emit(f, from, to, 1000)
		pump(b, f)
	}
	if receiver.received != b.N*each {
		b.Fatalf("%d frames taken, want %d", receiver.received, b.N*each)
	}
}

func BenchmarkUnicast(b *testing.B) {
	for _, n := range []int{2, 1000} {
		b.Run(strconv.Itoa(n)+"hosts", func(b *testing.B) {
			f, ports, receiver := manyPorts(b, n)
			exchange(b, f, ports[0], macOf(ports[1]), receiver, 1)
		})
	}
}

func BenchmarkFlood(b *testing.B) {
	for _, n := range []int{10, 1000} {
		b.Run(strconv.Itoa(n)+"takers", func(b *testing.B) {
			f, ports, receiver := manyPorts(b, n)
			exchange(b, f, ports[0], wire.Broadcast, receiver, n-1)
		})
		b.Run(strconv.Itoa(n)+"idle", func(b *testing.B) {
			f, ports, receiver := manyPorts(b, n)
			group := MAC{1, 0, 0x5e, 0, 0, 2}
			ports[1].Filter().Add(group)
			exchange(b, f, ports[0], group, receiver, 1)
		})
	}
}

func BenchmarkRule(b *testing.B) {
	f, ports, receiver := manyPorts(b, 10)
	rule, err := Partition{Sets: [][]string{{"n0", "n1"}, {"n2"}}}.Rule()
	if err != nil {
		b.Fatal(err)
	}
	f.Install(rule)
	b.Run("concerned", func(b *testing.B) {
		b.ReportAllocs()
		receiver.received = 0
		exchange(b, f, ports[0], macOf(ports[1]), receiver, 1)
	})
	b.Run("elsewhere", func(b *testing.B) {
		b.ReportAllocs()
		receiver.received = 0
		exchange(b, f, ports[4], macOf(ports[5]), receiver, 1)
	})
}

func BenchmarkImpaired(b *testing.B) {
	f, ports, receiver := manyPorts(b, 10)
	rule, err := Impairment{Delay: 100 * time.Microsecond, Jitter: 10 * time.Microsecond}.Rule(ports[0])
	if err != nil {
		b.Fatal(err)
	}
	f.Install(rule)
	exchange(b, f, ports[0], macOf(ports[1]), receiver, 1)
}
