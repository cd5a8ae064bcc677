package netfab

import (
	"slices"
	"testing"
	"time"

	"github.com/cablepull/cablepull/node/wire"
)

// keeper keeps every frame it receives.
type keeper struct{ frames []*Frame }

func (k *keeper) Receive(f *Frame)    { f.Retain(); k.frames = append(k.frames, f) }
func (k *keeper) CarrierChanged(bool) {}

// TestFrameIsShared: the receivers of one frame see the same bytes, and the
// buffer is reused only after all of them have released it.
func TestFrameIsShared(t *testing.T) {
	l := newLab(t, 1)
	lan := l.AddSegment("lan", SegmentConfig{})
	a := l.station(lan, "a")
	var b, c keeper
	lan.Attach("b", "lan", &b)
	lan.Attach("c", "lan", &c)
	a.say(wire.Broadcast, "shared")
	l.run(time.Second)
	shared := b.frames[0]
	if shared != c.frames[0] {
		t.Error("two receivers got two frames")
	}
	shared.Release()
	a.say(wire.Broadcast, "second")
	l.run(time.Second)
	if string(shared.Data()[wire.EthernetSize:]) != "shared" || b.frames[1] == shared {
		t.Error("a frame was reused while a receiver held it")
	}
	shared.Release()
	if l.NewFrame(20) != shared {
		t.Error("a released frame was not reused")
	}
}

// TestFramePool: frames have the requested size, large frames are not pooled,
// and one Release too many panics.
func TestFramePool(t *testing.T) {
	l := newLab(t, 1)
	for _, size := range []int{0, 14, 60, 128, 129, 1514, 1536, 1537, 65536} {
		f := l.NewFrame(size)
		g := l.NewFrame(size)
		if len(f.Data()) != size || f == g || f.Damaged() {
			t.Errorf("new frame of %d bytes: %d bytes, damaged %v", size, len(f.Data()), f.Damaged())
		}
		f.Release()
		if pooled := slices.Contains([]*Frame{l.NewFrame(size)}, f); pooled != (size <= 1536) {
			t.Errorf("frame of %d bytes pooled: %v", size, pooled)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("one Release too many was not caught")
		}
	}()
	f := l.NewFrame(2000)
	f.Release()
	f.Release()
}

// TestSteadyStateAllocatesNothing: not for a known unicast frame, a flood, a
// delayed or a partitioned frame.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	l := newLab(t, 1)
	l.observers = nil
	lan := l.AddSegment("lan", SegmentConfig{})
	receiver := &counter{}
	var ports []*Port
	for _, n := range []string{"a", "b", "c", "d"} {
		p := lan.Attach(n, "lan", receiver)
		p.Filter().Add(macOf(p))
		ports = append(ports, p)
	}
	l.install(Impairment{Delay: time.Millisecond, Jitter: time.Millisecond, Loss: 0.1, Duplicate: 0.1, Corrupt: 0.1, Rate: 1e9, Queue: 64 << 10}.Rule(ports[2]))
	l.install(Partition{Sets: [][]string{{"a"}, {"d"}}}.Rule())
	round := func() {
		for _, from := range ports {
			for _, to := range ports {
				if to != from {
					emit(l.Fabric, from, macOf(to), 200)
				}
			}
			emit(l.Fabric, from, wire.Broadcast, 60)
		}
		l.run(10 * time.Millisecond)
	}
	for range 1000 {
		round()
	}
	if n := testing.AllocsPerRun(100, round); n > 0 {
		t.Errorf("a round of 16 frames allocates %v times", n)
	}
}
