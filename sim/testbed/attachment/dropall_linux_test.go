package attachment

import (
	"testing"
	"time"

	"github.com/cablepull/cablepull/netfab"
	"github.com/cablepull/cablepull/sim"
)

// station is a machine on the fabric that counts what it received.
type station struct{ received int }

func (s *station) Receive(*netfab.Frame) { s.received++ }
func (s *station) CarrierChanged(bool)   {}

// broadcast sends a frame to all from a port.
func broadcast(p *netfab.Port, from byte) {
	data := []byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, from, 0x88, 0xb5, 0}
	f := p.Fabric().NewFrame(len(data))
	copy(f.Data(), data)
	p.Send(f)
}

// TestDropAll: a machine that stands neither hears nor speaks, others do, and
// its carrier stays.
func TestDropAll(t *testing.T) {
	loop := sim.New(1)
	fabric := netfab.New(loop, nil)
	segment := fabric.AddSegment("lan", netfab.SegmentConfig{Latency: time.Microsecond, Ageing: time.Minute})
	stations := map[string]*station{"a": {}, "b": {}, "c": {}}
	ports := map[string]*netfab.Port{}
	for _, name := range []string{"a", "b", "c"} {
		ports[name] = segment.Attach(name, "lan", stations[name])
	}
	all := func() map[string]int {
		for i, name := range []string{"a", "b", "c"} {
			broadcast(ports[name], byte(i))
		}
		if err := loop.Run(loop.Now() + time.Millisecond); err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for name, s := range stations { // order: each is counted by itself
			got[name] = s.received
			s.received = 0
		}
		return got
	}
	rule := DropAll("a", "is frozen")
	lift := fabric.Install(rule)
	if got := all(); got["a"] != 0 || got["b"] != 1 || got["c"] != 1 {
		t.Errorf("while a stands: got %v frames, want none for a, one each for b and c", got)
	}
	if !ports["a"].Carrier() {
		t.Error("a has lost its carrier")
	}
	if rule.String() != "a is frozen" {
		t.Errorf("in words: got %q", rule)
	}
	lift()
	if got := all(); got["a"] != 2 || got["b"] != 2 || got["c"] != 2 {
		t.Errorf("afterwards: got %v frames, want two each", got)
	}
}
